"""Create the first user with the generated password; one that exists is left as it is, password included.

The password goes to Airflow's prompt, not into its arguments, where every process of the machine could read it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--username", required=True)
    parser.add_argument("--email", required=True)
    parser.add_argument("--password-file", required=True, type=Path)
    arguments = parser.parse_args()
    password = arguments.password_file.read_text().strip()
    if not password:
        sys.exit(f"{arguments.password_file} is empty.")
    command = ["airflow", "users", "create", "--role", "Admin", "--firstname", "Airflow", "--lastname", "Admin"]
    command += ["--username", arguments.username, "--email", arguments.email]
    # Airflow asks twice. Without a session there is no terminal, so it reads its input.
    asked = subprocess.run(command, input=f"{password}\n{password}\n", text=True, start_new_session=True)
    sys.exit(asked.returncode)
