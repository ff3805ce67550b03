"""What is in the DAG folder of this pod: JSON of the pod's time, and of the SHA-256 of every file by its path.

Argument: the folder.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

folder, found = Path(sys.argv[1]), {}
for path in folder.rglob("*"):
    try:
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        pass  # it goes at this moment
print(json.dumps({"now": time.time(), "files": found}))
