"""What is written into the bucket and what comes back: exactly the former files, by one person at a time."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from operations.dags.bucket import METADATA, POINTER, RELEASES, Bucket, BucketError, OvertakenError
from operations.dags.publish import Publisher, StoppedError
from operations.dags.release import SILENCE_SECONDS
from operations.dags.tree import Tree
from tests.support.versioned_bucket import BUCKET, VersionedBucket, client_of

ONE = {"a.py": b"a 1", "lib/helper.py": b"helper 1", "gone.py": b"gone"}
TWO = {"a.py": b"a 2", "lib/helper.py": b"helper 1", "new.py": b"new"}


@pytest.fixture(params=[True, False], ids=["kms", "md5"])
def s3(request: pytest.FixtureRequest) -> VersionedBucket:
    """ETags are MD5 sums only where no key of KMS encrypts."""
    return VersionedBucket(encrypted=request.param)


class Desk:
    """Where one person publishes from."""

    def __init__(self, s3: VersionedBucket, by: str = "ann", agrees: bool = False) -> None:
        self.told: list[str] = []
        self.questions: list[str] = []
        self._agrees = agrees
        bucket = Bucket(client_of(s3), f"s3://{BUCKET}/dags/")
        self.publisher = Publisher(bucket, by, self._ask, self.told.append)

    def _ask(self, question: str) -> bool:
        self.questions.append(question)
        return self._agrees

    def publish(self, files: dict[str, bytes]) -> None:
        dags = {path.removesuffix(".py"): path for path in files if "/" not in path}
        self.publisher.publish(Tree(files), dags)

    def back(self) -> None:
        self.publisher.back()


def fails_at(key: str, error: Callable[[], BaseException]) -> Callable[[str], None]:
    def before_write(written: str) -> None:
        if written == key:
            raise error()

    return before_write


def contents(s3: VersionedBucket) -> dict[str, bytes]:
    return {path: content for path, (content, _) in s3.folder().items()}


def test_should_make_the_bucket_hold_the_folder_and_nothing_else(s3: VersionedBucket) -> None:
    desk = Desk(s3)
    desk.publish(ONE)
    assert contents(s3) == ONE
    assert {path: metadata for path, (_, metadata) in s3.folder().items()} == dict.fromkeys(ONE, METADATA)
    desk.publish(TWO)
    assert contents(s3) == TWO
    assert desk.questions == []
    assert desk.told[-6:] == [
        "  + new.py",
        "  ~ a.py",
        "  - gone.py",
        "1 added, 1 changed, 1 removed, 1 as before",
        "DAGs added: new",
        "DAGs removed: gone",
    ]


def test_should_write_only_what_has_changed_dag_files_last_and_removals_after_all(s3: VersionedBucket) -> None:
    desk = Desk(s3)
    desk.publish(ONE)
    s3.writes.clear()
    desk.publish({"a.py": b"a 2", "z/helper.py": b"helper 2"})
    assert [write for write in s3.writes if RELEASES not in write] == [
        "PutObject dags/z/helper.py",
        "PutObject dags/a.py",
        "DeleteObject dags/gone.py",
        "DeleteObject dags/lib/helper.py",
    ]
    s3.writes.clear()
    desk.publish({"a.py": b"a 2", "z/helper.py": b"helper 2"})
    assert s3.writes == []


def test_should_bring_the_former_files_back_exactly_step_by_step(s3: VersionedBucket) -> None:
    desk, states = Desk(s3, agrees=True), []
    s3.by_hand("legacy.py", b"legacy", **{"file-permissions": "0100600"})
    s3.by_hand("a.py", b"a 0", owner="bob")
    for files in (ONE, TWO, {**ONE, "a.py": b"a 3"}, {"a.py": b"a 1"}):
        states.append(s3.folder())
        desk.publish(files)
    for state in reversed(states):
        assert s3.folder() != state
        desk.back()
        assert s3.folder() == state
    with pytest.raises(BucketError, match="no release before"):
        desk.back()


def test_should_publish_again_after_a_way_back(s3: VersionedBucket) -> None:
    desk = Desk(s3)
    desk.publish(ONE)
    desk.publish(TWO)
    desk.back()
    one = s3.folder()
    desk.publish({"a.py": b"a 3"})
    desk.back()
    assert s3.folder() == one
    assert contents(s3) == ONE
    assert desk.questions == []


def test_should_bring_back_what_other_hands_have_changed_after_asking(s3: VersionedBucket) -> None:
    desk = Desk(s3, agrees=True)
    desk.publish(ONE)
    former = s3.folder()
    desk.publish(TWO)
    s3.by_hand("a.py", b"by hand")
    s3.by_hand("lib/helper.py", b"helper 1", **{"file-permissions": "0100000"})  # the content alone would not tell
    s3.by_hand("new.py", None)
    s3.by_hand("more.py", b"more")
    desk.back()
    assert s3.folder() == former
    assert len(desk.questions) == 1
    assert desk.told[-3:] == ["  a.py", "  lib/helper.py", "  more.py"]


def test_should_change_nothing_when_a_person_does_not_want_to_replace_what_other_hands_did(s3: VersionedBucket) -> None:
    desk = Desk(s3, agrees=False)
    s3.by_hand("a.py", b"by hand")
    with pytest.raises(StoppedError):
        desk.publish(ONE)
    assert s3.writes == []
    assert "  a.py" in desk.told
    s3.by_hand("a.py", None)
    desk.publish(ONE)
    s3.by_hand("gone.py", b"by hand")
    s3.writes.clear()
    with pytest.raises(StoppedError):
        desk.publish(TWO)
    s3.by_hand("lib/helper.py", None)
    with pytest.raises(StoppedError):
        desk.publish({**ONE, "gone.py": b"by hand"})
    with pytest.raises(StoppedError):
        desk.back()
    assert s3.writes == []


def test_should_keep_what_other_hands_did_for_the_way_back(s3: VersionedBucket) -> None:
    desk = Desk(s3, agrees=True)
    desk.publish(ONE)
    s3.by_hand("a.py", b"by hand", owner="bob")
    former = s3.folder()
    desk.publish(TWO)
    desk.back()
    assert s3.folder() == former


def test_should_ask_before_the_first_way_back_removes_everything(s3: VersionedBucket) -> None:
    desk = Desk(s3, agrees=False)
    desk.publish(ONE)
    with pytest.raises(StoppedError):
        desk.back()
    assert contents(s3) == ONE
    Desk(s3, agrees=True).back()
    assert contents(s3) == {}


@pytest.mark.parametrize("key", ["dags/a.py", "dags/new.py", "dags/gone.py"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, lambda: OSError("the line is dead")], ids=["stopped", "failed"])
def test_should_complete_or_take_back_what_was_interrupted(
    s3: VersionedBucket, key: str, error: Callable[[], BaseException]
) -> None:
    desk = Desk(s3)
    desk.publish(ONE)
    former = s3.folder()
    for then in (desk.back, lambda: desk.publish(TWO)):
        s3.before_write = fails_at(key, error)
        with pytest.raises((KeyboardInterrupt, OSError)):
            desk.publish(TWO)
        assert "`make dags` again completes it, `make dags-back` brings the former files." in desk.told
        s3.before_write = lambda key: None
        then()
    assert contents(s3) == TWO
    desk.back()
    assert contents(s3) == {path: content for path, (content, _) in former.items()}
    assert desk.questions == []


def test_should_complete_a_way_back_that_was_interrupted(s3: VersionedBucket) -> None:
    desk = Desk(s3)
    desk.publish(ONE)
    desk.publish(TWO)
    former = s3.folder()
    desk.publish({"a.py": b"a 3"})
    s3.before_write = fails_at("dags/new.py", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        desk.back()
    assert "`make dags-back` again completes it." in desk.told
    s3.before_write = lambda key: None
    desk.back()
    assert s3.folder() == former
    desk.back()
    assert contents(s3) == ONE


def test_should_take_back_exactly_what_an_interrupted_first_publish_found(s3: VersionedBucket) -> None:
    desk = Desk(s3, agrees=True)
    s3.by_hand("a.py", b"a 0", owner="bob")
    s3.by_hand("gone.py", b"other", owner="bob")
    former = s3.folder()
    s3.before_write = fails_at("dags/lib/helper.py", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        desk.publish({**TWO, "b/first.py": b""})
    s3.before_write = lambda key: None
    assert s3.folder() != former
    desk.back()
    assert s3.folder() == former


def test_should_refuse_the_second_of_two_who_publish_at_once(s3: VersionedBucket) -> None:
    ann, bob = Desk(s3, "ann"), Desk(s3, "bob")
    ann.publish(ONE)
    refused: list[str] = []

    def bob_comes(key: str) -> None:
        if key == "dags/a.py" and not refused:
            with pytest.raises(OvertakenError, match="ann is at work here") as told:
                bob.publish({"b.py": b"bob's"})
            with pytest.raises(OvertakenError):
                bob.back()
            refused.append(str(told.value))

    s3.before_write = bob_comes
    ann.publish(TWO)
    assert refused
    assert contents(s3) == TWO


def test_should_refuse_who_looked_before_another_published(s3: VersionedBucket) -> None:
    ann = Desk(s3, "ann")
    ann.publish(ONE)
    once: list[str] = []

    def ann_was_faster(key: str) -> None:
        if key == POINTER and not once:
            once.append(key)
            ann.publish(TWO)

    s3.before_write = ann_was_faster
    with pytest.raises(OvertakenError):
        Desk(s3, "bob").publish({"b.py": b"bob's"})
    assert contents(s3) == TWO


def test_should_refuse_the_second_of_two_first_publishes(s3: VersionedBucket) -> None:
    once: list[str] = []

    def ann_was_faster(key: str) -> None:
        if key == POINTER and not once:
            once.append(key)
            Desk(s3, "ann").publish(ONE)

    s3.before_write = ann_was_faster
    with pytest.raises(OvertakenError):
        Desk(s3, "bob").publish(TWO)
    assert contents(s3) == ONE


def test_should_take_over_from_a_run_that_has_died_in_silence(
    s3: VersionedBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(s3)
    desk.publish(ONE)
    s3.before_write = fails_at("dags/new.py", KeyboardInterrupt)
    monkeypatch.setattr("operations.dags.writing.Writing.give_up", lambda self: None)  # it could not even say so
    with pytest.raises(KeyboardInterrupt):
        desk.publish(TWO)
    s3.before_write = lambda key: None
    with pytest.raises(OvertakenError):
        desk.publish(TWO)
    monkeypatch.setattr("operations.dags.publish.time.time", lambda: 4e9)
    desk.publish(TWO)
    assert contents(s3) == TWO


def test_should_stop_at_once_when_another_has_taken_over(s3: VersionedBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.dags.writing.BEAT_SECONDS", -1)  # a sign before each file
    ann, bob = Desk(s3, "ann"), Desk(s3, "bob")
    ann.publish(ONE)
    once: list[str] = []

    def bob_takes_over(key: str) -> None:
        if key == "dags/new.py" and not once:
            once.append(key)
            pointer = bob.publisher.bucket.pointer()
            assert pointer.work is not None
            silent = replace(pointer.work, beat=pointer.work.beat - SILENCE_SECONDS)
            bob.publisher.bucket.move(replace(pointer, work=silent))
            bob.publish({"b.py": b"bob's"})

    s3.before_write = bob_takes_over
    with pytest.raises(OvertakenError):
        ann.publish(TWO)
    assert once
    assert "dags/gone.py" not in [write.split()[1] for write in s3.writes[-2:]]


def test_should_say_who_changed_a_file_while_it_was_written(s3: VersionedBucket) -> None:
    desk = Desk(s3)
    desk.publish(ONE)

    def by_hand(key: str) -> None:
        if key == "dags/gone.py":
            s3.by_hand("a.py", b"by hand")

    s3.before_write = by_hand
    with pytest.raises(BucketError, match=r"at the same time: a\.py$"):
        desk.publish(TWO)
    s3.before_write = lambda key: None
    desk.publish(TWO)
    assert contents(s3) == TWO


def test_should_bring_nothing_back_when_a_version_is_no_longer_kept(s3: VersionedBucket) -> None:
    desk = Desk(s3)
    desk.publish(ONE)
    desk.publish(TWO)
    del s3.objects["dags/gone.py"][0]  # by a lifecycle rule
    s3.writes.clear()
    with pytest.raises(BucketError, match=r"has not kept its version of gone\.py"):
        desk.back()
    assert s3.writes == []


@pytest.mark.parametrize("versioning", ["", "Suspended"])
def test_should_write_nothing_without_a_way_back(s3: VersionedBucket, versioning: str) -> None:
    s3.versioning = versioning
    with pytest.raises(BucketError, match="keeps no versions"):
        Desk(s3).publish(ONE)
    assert s3.writes == []


def test_should_have_nothing_to_go_back_to_before_anything_was_published(s3: VersionedBucket) -> None:
    s3.by_hand("a.py", b"by hand")
    with pytest.raises(BucketError, match="no release before"):
        Desk(s3).back()
    assert s3.writes == []


def test_should_record_who_published_what(s3: VersionedBucket) -> None:
    Desk(s3, "arn:aws:iam::111122223333:user/ann").publish(ONE)
    pointer = json.loads(s3.now()[POINTER][0])
    record = json.loads(s3.now()[f"{RELEASES}{pointer['release']}.json"][0])
    assert (record["by"], record["how"]) == ("arn:aws:iam::111122223333:user/ann", "publish")
    assert record["files"].keys() == ONE.keys()
    assert record["files"]["a.py"]["version"] == s3.objects["dags/a.py"][-1].id


def test_should_take_its_own_first_try_for_none_of_others(s3: VersionedBucket) -> None:
    # The SDK repeats a request whose answer got lost, and S3 then refuses the repetition.
    bucket = Bucket(client_of(s3), f"s3://{BUCKET}/dags/")
    first = bucket.move(bucket.pointer())
    assert bucket.move(replace(first, etag=None)).etag == first.etag


@pytest.mark.parametrize("uri", ["", "s3://bucket", "s3://bucket/dags", "https://bucket/dags/", "s3:///dags/"])
def test_should_refuse_an_output_that_names_no_folder_of_a_bucket(uri: str) -> None:
    with pytest.raises(BucketError):
        Bucket(None, uri)
