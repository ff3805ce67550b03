"""Files that no one should write, and some that no one would; and spoilt copies of good ones."""

import random
from collections.abc import Iterator

from tests.support.environments import ENVIRONMENTS, environment_file

KIB = 1024
FULL = 256 * KIB - 300
"""About as much as a file may hold."""

GOOD = """\
name: test
region: us-east-1
availability_zones: [us-east-1a, us-east-1b]
cluster: {controller: {enabled: true}}
"""


def config(value: str) -> str:
    return f"{GOOD}airflow: {{config: {{{value}}}}}\n"


_BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
_WIDE_BOMB = f"a: &a [{','.join('x' * 90)}]\nb: &b [{','.join(['*a'] * 90)}]\ntags: [{','.join(['*b'] * 90)}]\n"

HOSTILE: dict[str, str | bytes] = {
    # Bytes.
    "a null byte": f"{GOOD}tags: {{a: \0}}\n",
    "null bytes only": b"\0" * 1000,
    "UTF-16 with its mark": GOOD.encode("utf-16"),
    "UTF-16 without its mark": GOOD.encode("utf-16-le"),
    "UTF-32": GOOD.encode("utf-32"),
    "Latin-1": "name: caf\xe9\n".encode("latin-1"),
    "half a character": f"{GOOD}tags: {{a: ".encode() + b"\xe2\x82",
    "an overlong form": b"name: \xc0\xaf\n",
    "a surrogate": b"name: \xed\xa0\x80\n",
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbfname: test\n",
    "a program": b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00" + bytes(range(256)),
    "an escape sequence": f"{GOOD}tags: {{a: \x1b[2J}}\n",
    "a vertical tab": f"{GOOD}tags: {{a: \x0b}}\n",
    "a C1 control character": f"{GOOD}tags: {{a: \x9b31m}}\n",
    "an escaped escape sequence": f'{GOOD}name2: "\\e[2J"\n',
    "an escaped null byte": config(r'core.default_timezone: "a\0b"'),
    "an escaped newline": config(r'core.default_timezone: "a\nb"'),
    "a line separator": config(r'core.default_timezone: "a\u2028b"'),
    "text from right to left": config(r'core.default_timezone: "\u202e"'),
    # Size.
    "one byte too many": "#" * (256 * KIB + 1),
    "a megabyte": "#\n" * (512 * KIB),
    "twenty megabytes": f"{GOOD}tags:\n" + "  k: v\n" * 3_000_000,
    "comments alone": "#\n" * (FULL // 2),
    "empty lines": "\n" * FULL,
    "spaces": " " * FULL,
    "tabs": "a:" + "\t" * FULL,
    "a long plain value": f"{GOOD}tags: {{a: {'x ' * (FULL // 2)}}}",
    "a long quoted value": f'{GOOD}tags: {{a: "{chr(92)}n{"y" * FULL}"}}',
    "a long literal": f"{GOOD}airflow: |\n" + " a\n" * (FULL // 3),
    "a long folded one": f"{GOOD}airflow: >\n" + " a\n\n" * (FULL // 4),
    "a long key": f"{'k' * FULL}: 1\n",
    "a long quoted key": f'? "{"k" * FULL}"\n: 1\n',
    "100 thousand keys": GOOD + "".join(f"k{n}: 1\n" for n in range(100_000)),
    "five thousand keys": GOOD + "".join(f"k{n}: 1\n" for n in range(4_900)),
    "five thousand tags": f"{GOOD}tags: {{{', '.join(f't{n}: v' for n in range(4_900))}}}\n",
    "five thousand options": config(", ".join(f"core.option_{n}: v" for n in range(4_900))),
    "200 long unknown options": config(", ".join(f"core.o{n}{'x' * 100}: {'y' * 1000}" for n in range(200))),
    "100 thousand entries": f"{GOOD}tags: [{'a,' * 100_000}]\n",
    "a thousand groups": GOOD.replace("}}", f"}}, node_groups: {{{', '.join(f'g{n}: {{}}' for n in range(1000))}}}}}"),
    "ten thousand anchors": f"a: [{','.join(f'&a{n} x' for n in range(9_900))}]\n",
    "directives": "%A b\n" * (FULL // 5) + "---\na\n",
    "documents": "---\n" * (FULL // 4),
    # Depth and aliases.
    "lists in lists": f"{GOOD}tags: {'[' * 2000}\n",
    "closed lists in lists": f"{GOOD}tags: {'[' * 500}{']' * 500}\n",
    "mappings in mappings": f"{GOOD}tags: {'{a: ' * 500}{'}' * 500}\n",
    "steps down": "".join(f"{' ' * n}a:\n" for n in range(600)),
    "dashes": "- " * 5000,
    "keys of keys": "? " * 5000,
    "billion laughs": _BOMB,
    "wide laughs": _WIDE_BOMB,
    "an alias of itself": "tags: &a {b: *a}\n",
    "an alias of what holds it": "tags: &a [[*a]]\n",
    "an unknown alias": f"{GOOD}tags: *{'x' * 5000}\n",
    "a merge": f"{GOOD}base: &b {{a: b}}\ntags: {{<<: *b}}\n",
    # YAML.
    "a tag of Python": f"{GOOD}tags: !!python/object/apply:os.system [id]\n",
    "a tag of its own": f"{GOOD}tags: !{'x' * 5000} y\n",
    "binary": f"{GOOD}tags: {{a: !!binary aGVsbG8=}}\n",
    "a set": f"{GOOD}tags: !!set {{a, b}}\n",
    "a number that is none": f"{GOOD}network: {{nat_gateways: !!int x}}\n",
    "two documents": f"{GOOD}---\n{GOOD}",
    "a list": "- name: test\n",
    "a word": "test\n",
    "an open quote": f'{GOOD}tags: {{a: "b}}\n',
    "an open brace": f"{GOOD}tags: {{a: b\n",
    "JSON that ends early": '{"name": "test", "region": "us-ea',
    "a key twice": f"{GOOD}name: other\n",
    "a key twice, once quoted": f'{GOOD}"name": other\n',
    "an option twice": config("core.default_timezone: utc, core.default_timezone: cet"),
    "a list as key": f"{GOOD}tags: {{? [a] : b}}\n",
    "a number as key": f"{GOOD}tags: {{1: b}}\n",
    "no key": f"{GOOD}tags: {{: b}}\n",
    "an empty key": f'{GOOD}"": b\n',
    "a key with a space": f"{GOOD}'name ': b\n",
    "a key of other letters": f"{GOOD}n\u0430me: b\n",
    # Values.
    **{
        f"{value} for a number": f"{GOOD}network: {{nat_gateways: {value}}}\n"
        for value in (
            "1e400", "-1e400", "1e2", ".inf", ".nan", "0x1", "0o1", "0b1", "1_0", "+0.5", "1:30", "9" * 5000,
            "99999999999999999999", "-1", "true", "null", "~", "''", "[1]", "{a: 1}", "'1'", "2026-01-01", "\u0661",
        )
    },
    **{
        f"{value} for a switch": GOOD.replace("true", value) for value in ("yes", "on", "1", "'true'", "[true]", "tRUE")
    },
    **{
        f"{value} for a name": GOOD.replace("test", value)
        for value in ("1e400", "null", "[test]", "{}", "'../x'", "'a b'", "'$(id)'", "'a;b'", '"a\\n"', "T\u00e9")
    },
    "a list for zones' names": GOOD.replace("us-east-1a", "[us-east-1a]"),
    "text for a list": GOOD.replace("[us-east-1a, us-east-1b]", "us-east-1a"),
    "a mapping for a list": GOOD.replace("[us-east-1a, us-east-1b]", "{us-east-1a: us-east-1b}"),
    "a CDK token": config("core.default_timezone: '${Token[TOKEN.1]}'"),
    "a value of 5000 characters": config(f"core.default_timezone: {'x' * 5000}"),
    "user and password, over and over": config(f"core.nothing: '{'://:' * 1000}'"),
    "user and password where a mapping belongs": f"{GOOD}airflow: '{'://:' * 60_000}'\n",
    "a team's option": config("x___core.executor: LocalExecutor"),
    "half of a name": config("core__executor.x: LocalExecutor"),
    "an option in capitals": config("CORE.EXECUTOR: LocalExecutor"),
}  # fmt: skip
"""What the file is -> its content. Each is refused."""


def spoilt_files(count: int) -> Iterator[str]:
    """The tests' own environments with some characters, lines or words changed; the same ones each time."""
    chance = random.Random(20_261_124)
    texts = [environment_file(name).read_text(encoding="utf-8") for name in ENVIRONMENTS]
    pieces = [
        *"[]{}:|>%@`\t\n'\"#~\u00e9\0\x1b",
        *(
            "- ",
            "&a ",
            "*a",
            "!!x ",
            "  ",
            "null",
            "1e400",
            "0x1",
            "-1",
            "? ",
            "<<: ",
            "---\n",
            "x" * 300,
            "true",
            ".inf",
        ),
    ]
    for _ in range(count):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 3)):
            lines = text.splitlines(keepends=True)
            at, line = chance.randrange(len(text)), chance.randrange(len(lines))
            match chance.randrange(6):
                case 0:
                    text = text[:at] + chance.choice(pieces) + text[at:]
                case 1:
                    text = text[:at] + text[at + chance.randint(1, 40) :]
                case 2:
                    text = "".join([*lines[:line], lines[line], *lines[line:]])
                case 3:
                    text = "".join([*lines[:line], "  " + lines[line], *lines[line + 1 :]])
                case 4:
                    other = chance.randrange(len(lines))
                    lines[line], lines[other] = lines[other], lines[line]
                    text = "".join(lines)
                case _:
                    text = text[:at] + text[at + 1 :].replace(text[at], chance.choice(pieces), 1)
            text = text or "x"
        yield text
