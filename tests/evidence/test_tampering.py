"""Ten thousand ways to change a pack, each of them found.

Some strike at random bytes. Others are made by somebody who knows the format: the archive is put together properly again and
its comment computed anew. Where everything inside agrees again, the seal noted elsewhere finds it, and nothing else can.
"""

import hashlib
import io
import json
import random
import struct
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from gis_service.core.chain import START, link
from gis_service.evidence import verifier
from gis_service.evidence.pack import Item
from gis_service.evidence.verifier import CENTRAL_MARK, LOCAL_MARK, MANIFEST, STEPS
from tests.evidence.conftest import ITEMS, Pack, a_pack, chained
from tests.evidence.conftest import STEPS as ACTS

TRIES = 10_000
Files = list[tuple[str, bytes]]
Change = Callable[[bytes, random.Random], bytes]


# --- strikes at bytes ----------------------------------------------------------------------------------------------


def flip(data: bytes, at: int, chance: random.Random) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def flip_anywhere(data: bytes, chance: random.Random) -> bytes:
    return flip(data, chance.randrange(len(data)), chance)


def flip_in_header(mark: bytes, length: int) -> Change:
    def change(data: bytes, chance: random.Random) -> bytes:
        places = [at for at in range(len(data)) if data.startswith(mark, at)]
        return flip(data, chance.choice(places) + chance.randrange(length), chance)

    return change


def flip_in_end(data: bytes, chance: random.Random) -> bytes:
    return flip(data, len(data) - 1 - chance.randrange(22 + 64), chance)


def flip_many(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(2, 40)):
        data = flip_anywhere(data, chance)
    return data


def cut_end(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def cut_start(data: bytes, chance: random.Random) -> bytes:
    return data[chance.randint(1, len(data)) :]


def cut_out(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randint(1, 60) :]


def put_in(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.randbytes(chance.randint(1, 60)) + data[at:]


def append(data: bytes, chance: random.Random) -> bytes:
    return data + chance.randbytes(chance.randint(1, 300))


def append_pack(data: bytes, chance: random.Random) -> bytes:
    return data + (data if chance.random() < 0.5 else b"PK\5\6" + bytes(18))


def prepend(data: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(1, 300)) + data


def overwrite(data: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(data)), chance.randint(1, 80)
    filling = bytes(length) if chance.random() < 0.5 else chance.randbytes(length)
    return (data[:at] + filling + data[at + length :])[: len(data)]


def swap_blocks(data: bytes, chance: random.Random) -> bytes:
    a, b, c = sorted(chance.sample(range(len(data)), 3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def only_garbage(data: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(2000))


# --- by somebody who puts the archive together again ----------------------------------------------------------------


def sealed(data: bytes) -> bytes:
    """The archive with a comment computed anew."""
    return data[:-64] + hashlib.sha256(data[:-64]).hexdigest().encode()


def files_of(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def zipped(files: Files, adjust: Callable[[zipfile.ZipInfo], object] = id) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, (2026, 11, 28, 17, 30, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            adjust(info)
            archive.writestr(info, content)
        archive.comment = b"0" * 64
    return sealed(out.getvalue())


def own_files(files: Files) -> list[int]:
    return [at for at, (name, _) in enumerate(files) if name != MANIFEST]


def remove_entry(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    del files[chance.randrange(len(files))]
    return zipped(files)


def add_entry(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    files.insert(chance.randint(0, len(files)), (f"原件/{chance.random()}.jpg", chance.randbytes(20)))
    return zipped(files)


def rename_entry(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    at = chance.randrange(len(files))
    files[at] = (files[at][0] + chance.choice("xy1"), files[at][1])
    return zipped(files)


def swap_names(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    a, b = chance.sample(range(len(files)), 2)
    files[a], files[b] = (files[a][0], files[b][1]), (files[b][0], files[a][1])
    return zipped(files)


def reorder_entries(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    a, b = chance.sample(own_files(files), 2)
    files[a], files[b] = files[b], files[a]
    return zipped(files)


def change_content(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    at = chance.choice(own_files(files))
    files[at] = (files[at][0], flip_anywhere(files[at][1], chance))
    return zipped(files)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def same_name_twice(data: bytes, chance: random.Random) -> bytes:
    files = files_of(data)
    at = chance.randrange(len(files))
    twin = (files[at][0], files[at][1] if chance.random() < 0.5 else chance.randbytes(10))
    return zipped([*files[: at + 1], twin, *files[at + 1 :]])


def deflate(data: bytes, chance: random.Random) -> bytes:
    return zipped(files_of(data), lambda info: setattr(info, "compress_type", zipfile.ZIP_DEFLATED))


def add_extra_field(data: bytes, chance: random.Random) -> bytes:
    return zipped(files_of(data), lambda info: setattr(info, "extra", struct.pack("<HH4s", 0xCAFE, 4, b"data")))


def add_entry_comment(data: bytes, chance: random.Random) -> bytes:
    return zipped(files_of(data), lambda info: setattr(info, "comment", b"hidden"))


def local_header_apart(data: bytes, chance: random.Random) -> bytes:
    """The local header says one thing, the directory another; the comment fits."""
    return sealed(flip_in_header(LOCAL_MARK, 30)(data, chance))


def hidden_before(data: bytes, chance: random.Random) -> bytes:
    """Something stands before the archive, and the offsets still fit, as in a self-extracting archive."""
    out = io.BytesIO(chance.randbytes(50))
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        for name, content in files_of(data):
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 28, 17, 30, 0)), content)
        archive.comment = b"0" * 64
    return sealed(out.getvalue())


def gap_before_directory(data: bytes, chance: random.Random) -> bytes:
    """Bytes between the last file and the directory, with the end record corrected."""
    at = data.index(CENTRAL_MARK)
    junk = chance.randbytes(chance.randint(1, 40))
    end = len(data) - 64 - 22
    record = data[end : end + 16] + struct.pack("<I", at + len(junk)) + data[end + 20 : end + 22]
    return sealed(data[:at] + junk + data[at:end] + record + data[-64:])


# --- by somebody who corrects the manifest as well ------------------------------------------------------------------


def with_json(data: bytes, manifest: Callable[[dict[str, Any]], None], steps: Callable[[list[Any]], Any]) -> bytes:
    """The archive with changed steps, a manifest that fits the step log, and then a change of the manifest."""
    files = dict(files_of(data))
    log, listed = json.loads(files[STEPS]), json.loads(files[MANIFEST])
    if steps(log["steps"]) is not False:
        files[STEPS] = json.dumps(log, ensure_ascii=False).encode()
    fit(listed, files)
    manifest(listed)
    files[MANIFEST] = json.dumps(listed, ensure_ascii=False).encode()
    return zipped(list(files.items()))


def fit(listed: dict[str, Any], files: dict[str, bytes]) -> None:
    for file in listed["files"]:
        content = files[file["path"]]
        file |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def as_it_is(_: Any) -> bool:
    return False


def in_steps(edit: Callable[[list[Any], random.Random], object]) -> Change:
    return lambda data, chance: with_json(data, as_it_is, lambda steps: edit(steps, chance))


def in_manifest(edit: Callable[[dict[str, Any], random.Random], object]) -> Change:
    return lambda data, chance: with_json(data, lambda listed: edit(listed, chance) and None, as_it_is)


def swap_steps(steps: list[Any], chance: random.Random) -> None:
    a, b = chance.sample(range(len(steps)), 2)
    steps[a], steps[b] = steps[b], steps[a]


def swap_and_renumber(steps: list[Any], chance: random.Random) -> None:
    swap_steps(steps, chance)
    for seq, step in enumerate(steps, 1):
        step["seq"] = seq


def remove_step(steps: list[Any], chance: random.Random) -> None:
    del steps[chance.randrange(len(steps))]


def edit_step(steps: list[Any], chance: random.Random) -> dict[str, Any]:
    step: dict[str, Any] = chance.choice(steps)
    field = chance.choice(["action", "before", "after", "actor", "at", "happened_on", "reason"])
    step[field] += chance.choice("改x ")
    return step


def edit_and_rehash_it(steps: list[Any], chance: random.Random) -> None:
    step = edit_step(steps, chance)
    step["hash"] = link(step["previous_hash"], step)


def rehash_from(steps: list[Any], first: int = 0) -> None:
    for at in range(first, len(steps)):
        steps[at]["seq"] = at + 1
        steps[at]["previous_hash"] = steps[at - 1]["hash"] if at else START
        steps[at]["hash"] = link(steps[at]["previous_hash"], steps[at])


def edit_and_rehash_all(steps: list[Any], chance: random.Random) -> None:
    edit_step(steps, chance)
    rehash_from(steps)


def edit_and_rehash_some(steps: list[Any], chance: random.Random) -> None:
    at = steps.index(edit_step(steps, chance))
    rehash_from(steps[: chance.randint(at + 1, len(steps))], at)


def remove_and_rehash_all(steps: list[Any], chance: random.Random) -> None:
    remove_step(steps, chance)
    rehash_from(steps)


def append_step(steps: list[Any], chance: random.Random) -> None:
    steps.append(dict(chance.choice(steps)))
    rehash_from(steps, len(steps) - 1)


def forget_field(steps: list[Any], chance: random.Random) -> None:
    step = chance.choice(steps)
    del step[chance.choice(sorted(step))]


def nonsense(steps: list[Any], chance: random.Random) -> None:
    steps[chance.randrange(len(steps))] = chance.choice([None, 1, "x", [], {}, {"seq": 1}, [[]], True, 1e300])


def another_head(listed: dict[str, Any], chance: random.Random) -> None:
    listed["steps"]["head"] = f"{chance.getrandbits(256):064x}"


def another_sum(listed: dict[str, Any], chance: random.Random) -> None:
    chance.choice(listed["files"])["sha256"] = f"{chance.getrandbits(256):064x}"


def another_order(listed: dict[str, Any], chance: random.Random) -> None:
    chance.shuffle(files := listed["files"])
    if [file["order"] for file in files] == list(range(1, len(files) + 1)):
        files.reverse()


def unlist(listed: dict[str, Any], chance: random.Random) -> None:
    del listed["files"][chance.randrange(len(listed["files"]))]


def manifest_nonsense(listed: dict[str, Any], chance: random.Random) -> None:
    listed[chance.choice(["format", "steps", "files"])] = chance.choice([None, 1, "x", [None], [{}], {}, [[1]]])


def broken_json(data: bytes, chance: random.Random) -> bytes:
    files = dict(files_of(data))
    name = chance.choice([MANIFEST, STEPS])
    text = [b"", b"[" * 20_000, b"{}", b"[]", b"null", b"\xff\xfe", b'{"a":NaN}', b"1" * 5000, b'{"a":1,"a":2}']
    files[name] = chance.choice(text)
    return zipped(list(files.items()))


# --- by somebody who makes everything fit: only the seal noted elsewhere tells ---------------------------------------


def retitle(listed: dict[str, Any], chance: random.Random) -> None:
    chance.choice(listed["files"])["title"] += chance.choice("改x ")


def swap_content_consistently(data: bytes, chance: random.Random) -> bytes:
    files = dict(files_of(data))
    name = chance.choice([item.path for item in ITEMS])
    files[name] = flip_anywhere(files[name], chance)
    listed = json.loads(files[MANIFEST])
    fit(listed, files)
    files[MANIFEST] = json.dumps(listed, ensure_ascii=False).encode()
    return zipped(list(files.items()))


def steps_and_head_made_anew(data: bytes, chance: random.Random) -> bytes:
    head: list[str] = []

    def edit(steps: list[Any]) -> None:
        edit_and_rehash_all(steps, chance)
        head.append(steps[-1]["hash"])

    return with_json(data, lambda listed: listed["steps"].update(head=head[0]), edit)


def another_time(data: bytes, chance: random.Random) -> bytes:
    hour = chance.randrange(16)
    return zipped(files_of(data), lambda info: setattr(info, "date_time", (2026, 11, 28, hour, 0, 0)))


def made_anew(data: bytes, chance: random.Random) -> bytes:
    items = [*ITEMS[:-1], Item("地图/位置图.svg", chance.randbytes(30), "map", "位置图")]
    acts = [{key: value for key, value in act.items() if key not in ("hash", "previous_hash", "seq")} for act in ACTS]
    acts[chance.randrange(len(acts))]["actor"] = f"张{chance.random()}"
    return a_pack(items, chained(*acts)).data


FOUND: dict[str, Change] = {
    "a bit flipped anywhere": flip_anywhere,
    "a bit flipped in a local header": flip_in_header(LOCAL_MARK, 30),
    "a bit flipped in the directory": flip_in_header(CENTRAL_MARK, 46),
    "a bit flipped in the end record or comment": flip_in_end,
    "many bits flipped": flip_many,
    "the end cut off": cut_end,
    "the beginning cut off": cut_start,
    "bytes cut out": cut_out,
    "bytes put in": put_in,
    "bytes appended": append,
    "an archive appended": append_pack,
    "bytes prepended": prepend,
    "bytes overwritten": overwrite,
    "blocks swapped": swap_blocks,
    "only garbage": only_garbage,
    "an entry removed": remove_entry,
    "an entry added": add_entry,
    "an entry renamed": rename_entry,
    "the contents of two entries swapped": swap_names,
    "two entries in another order": reorder_entries,
    "the content of an entry changed": change_content,
    "a name given twice": same_name_twice,
    "compressed": deflate,
    "an extra field added": add_extra_field,
    "a comment on an entry": add_entry_comment,
    "a local header unlike the directory": local_header_apart,
    "something hidden before the archive": hidden_before,
    "something hidden before the directory": gap_before_directory,
    "steps swapped": in_steps(swap_steps),
    "steps swapped and renumbered": in_steps(swap_and_renumber),
    "a step removed": in_steps(remove_step),
    "a step edited": in_steps(edit_step),
    "a step edited, its hash recomputed": in_steps(edit_and_rehash_it),
    "a step edited, some hashes recomputed": in_steps(edit_and_rehash_some),
    "a step edited, all hashes recomputed": in_steps(edit_and_rehash_all),
    "a step removed, all hashes recomputed": in_steps(remove_and_rehash_all),
    "a step appended": in_steps(append_step),
    "a field of a step removed": in_steps(forget_field),
    "nonsense for a step": in_steps(nonsense),
    "another head in the manifest": in_manifest(another_head),
    "another sum in the manifest": in_manifest(another_sum),
    "another order in the manifest": in_manifest(another_order),
    "a file not in the manifest": in_manifest(unlist),
    "nonsense in the manifest": in_manifest(manifest_nonsense),
    "JSON broken": broken_json,
}
"""Found by the pack alone."""

SEAL_ONLY: dict[str, Change] = {
    "a title edited in the manifest": in_manifest(retitle),
    "a file and the manifest changed together": swap_content_consistently,
    "steps, head and manifest made anew": steps_and_head_made_anew,
    "another time in all headers": another_time,
    "the whole pack made anew": made_anew,
}
"""All inside agrees again; found by the seal noted elsewhere."""


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_ten_thousand_changes_are_all_found(pack: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(20261128)
    data, seal = pack.data, pack.seal.pack_sha256
    kinds = [*FOUND.items(), *SEAL_ONLY.items()]
    tried: Counter[str] = Counter()
    told: Counter[str] = Counter()
    missed: list[str] = []
    began = time.perf_counter()
    while tried.total() < TRIES:
        kind, change = kinds[tried.total() % len(kinds)]
        changed = change(data, chance)
        while changed == data:  # such as two bits of one byte flipped back
            changed = change(data, chance)
        tried[kind] += 1
        faults = verifier.examine(io.BytesIO(changed))
        told.update({fault.code for fault in faults})
        if not faults and kind in FOUND:
            missed.append(kind)
        if not verifier.examine(io.BytesIO(changed), seal):
            missed.append(f"{kind}, with the seal")
        if faults and kind in SEAL_ONLY:
            missed.append(f"{kind} was meant to be consistent: {faults[0].en}")
    with capsys.disabled():
        print(f"\n{tried.total()} changes of {len(kinds)} kinds in {time.perf_counter() - began:.1f} s; faults told:")
        print("  " + ", ".join(f"{code} {count}" for code, count in sorted(told.items())))
        print("  " + "; ".join(f"{kind} {count}" for kind, count in tried.items()))
    assert missed == []


def test_every_single_byte_counts(pack: Pack) -> None:
    """Not by chance but one by one: in headers, times, sums, the end record and the comment."""
    data = pack.data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        headers = {at + n for at in (info.header_offset for info in archive.infolist()) for n in range(30)}
        headers |= set(range(archive.start_dir, len(data)))
    silent = []
    for at in sorted(headers):
        changed = data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :]
        if not verifier.examine(io.BytesIO(changed)):
            silent.append(at)
    assert silent == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("an entry removed", "missing"),
        ("an entry added", "added"),
        ("an entry renamed", "renamed"),
        ("the contents of two entries swapped", "changed"),
        ("two entries in another order", "order"),
        ("a name given twice", "duplicate"),
        ("a local header unlike the directory", "local_header"),
        ("compressed", "header"),
        ("something hidden before the archive", "place"),
        ("something hidden before the directory", "gap"),
        ("steps swapped", "step_order"),
        ("a step removed, all hashes recomputed", "step_head"),
        ("a step edited", "step_changed"),
        ("steps swapped and renumbered", "step_chain"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_it_says_what_was_done(pack: Pack, kind: str, code: str) -> None:
    chance = random.Random(7)
    while (changed := FOUND[kind](pack.data, chance)) and MANIFEST not in dict(files_or_none(changed)):
        continue  # here the manifest itself was hit, and nothing can be said by name
    assert code in {fault.code for fault in verifier.examine(io.BytesIO(changed))}


def files_or_none(data: bytes) -> Files:
    try:
        return [(name, b"") for name in zipfile.ZipFile(io.BytesIO(data)).namelist()]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError):
        return [(MANIFEST, b"")]


def test_it_names_the_file_and_the_step(pack: Pack) -> None:
    at = pack.data.index(b"%PDF")
    faults = verifier.examine(io.BytesIO(pack.data[:at] + b"?" + pack.data[at + 1 :]))
    assert {fault.where for fault in faults} == {"整包", "文书/立案审批表.pdf"}
    edited = with_json(pack.data, as_it_is, lambda steps: steps[1].update(actor="张三"))
    assert {(f.code, f.where) for f in verifier.examine(io.BytesIO(edited))} == {("step_changed", "第 2 步 step 2")}


def test_it_says_what_a_renamed_file_was_called(pack: Pack) -> None:
    files = [("原件/另名.jpg" if name == ITEMS[0].path else name, content) for name, content in files_of(pack.data)]
    faults = verifier.examine(io.BytesIO(zipped(files)))
    assert [(fault.code, fault.zh) for fault in faults] == [("renamed", "原件/另名.jpg:原名为“原件/照片/现场 1.jpg”")]


# --- garbage that is meant to hang or to fill the memory ------------------------------------------------------------


def test_entries_that_share_their_bytes_are_not_read_again_and_again(pack: Pack) -> None:
    """Fifty thousand directory entries for one block: each claims the same megabyte."""
    content = bytes(1 << 20)
    local = (
        verifier.LOCAL.pack(LOCAL_MARK, 20, 0, 0, 0, 33, zlib.crc32(content), len(content), len(content), 1, 0) + b"a"
    )
    central = struct.pack("<4sHHHHHHIIIHHHHHII", CENTRAL_MARK, 20, 20, 0, 0, 0, 33, zlib.crc32(content), len(content),
                          len(content), 1, 0, 0, 0, 0, 0, 0) + b"a"  # fmt: skip
    directory = central * 50_000
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 50_000, 50_000, len(directory), len(local) + len(content), 64)
    faults = verifier.examine(io.BytesIO(sealed(local + content + directory + end + b"0" * 64)))
    assert {fault.code for fault in faults} >= {"duplicate", "place"}


def test_a_page_full_of_faults_ends(pack: Pack) -> None:
    files = [*files_of(pack.data), *((f"原件/{n}", b"") for n in range(3000))]
    assert len(verifier.examine(io.BytesIO(zipped(files)))) == verifier.MOST_FAULTS


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0x7FFFFFFF, 1 << 20])
def test_no_declared_size_is_trusted(pack: Pack, claimed: int) -> None:
    at, end = pack.data.index(CENTRAL_MARK), len(pack.data) - 64 - 22
    longer = pack.data[: at + 20] + struct.pack("<II", claimed, claimed) + pack.data[at + 28 :]
    wider = pack.data[: end + 12] + struct.pack("<I", claimed) + pack.data[end + 16 :]
    assert {fault.code for fault in verifier.examine(io.BytesIO(sealed(longer)))} >= {"place"}
    assert verifier.exit_code(verifier.examine(io.BytesIO(sealed(wider)))) == 2


def test_what_is_shown_on_a_screen_plays_no_tricks(pack: Pack) -> None:
    files = [*files_of(pack.data), ("原件/\x1b[2J\u202e{0}{x!r}.jpg", b"")]
    lines = "\n".join(verifier.report(verifier.examine(io.BytesIO(zipped(files))), sealed=True))
    assert "\x1b" not in lines
    assert "\u202e" not in lines
