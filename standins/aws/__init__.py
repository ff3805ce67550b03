"""A loopback AWS: ministack in a process of its own, with the resource types it lacks and the refusals of AWS.

`loopback`, `cdk` and `process` are the tests' side. `emulator`, `exports`, `ledger` and `resources/` run inside the
emulator's process, under the Python of .venv-rehearsal: they import nothing but the standard library and ministack.
"""
