"""Before the first import of a CDK module, which starts Node with a copy of this process's environment."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# CDK's own validator is most of the time of a synth, also inside Template.from_stack.
os.environ.setdefault("CDK_VALIDATION", "false")
# The Node that package.json pins, if it is there: jsii complains of old ones.
os.environ["PATH"] = os.pathsep.join([str(ROOT / "node_modules" / ".bin"), os.environ.get("PATH", "")])
