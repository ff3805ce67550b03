"""Git's credential helper of git_sync.py: answers with the user name and the password that a mounted file holds.

The file is a token, or JSON with `username` and `password`. Git asks this over a pipe, so the credential stands in no
argument, in no environment and in no file of Git's own. Read at each question: a rotated secret is found by itself.
"""

import json
import sys
from pathlib import Path

ANY_USER = "x-access-token"
"""What GitHub's apps must be called; the others take any name with a token."""


def read(file: Path) -> "tuple[str, str]":
    """User name and password. Raises ValueError, without a word of the content, and OSError."""
    text = file.read_text().strip()
    username, password = ANY_USER, text
    if text.startswith("{"):
        try:
            fields = json.loads(text)
            username, password = str(fields["username"]), str(fields["password"])
        except (ValueError, KeyError):
            raise ValueError("the credential must be a token, or JSON with username and password") from None
    if not password or not (username + password).isprintable():
        raise ValueError("the credential must be one line of text")
    return username, password


if __name__ == "__main__":
    # Git says `get`, `store` or `erase`; the last two are nothing to a file that others write.
    if sys.argv[2] == "get":
        try:
            sys.stdout.write("username={}\npassword={}\n".format(*read(Path(sys.argv[1]))))
        except (OSError, ValueError) as error:
            sys.exit(str(error))
