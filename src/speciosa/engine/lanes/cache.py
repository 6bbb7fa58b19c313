"""Compile vector code and keep the result on disk for the next process.

What is kept is object code, by the hash of its text, processor and compiler. Where nothing can be
written, everything still works and is compiled anew; a broken file is taken for a missing one.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
import logging
import pathlib
import tempfile
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from speciosa.engine.kept import cache_folder
from speciosa.engine.lanes.ir import Target

_log = logging.getLogger(__name__)
_DIGEST_BYTES = 32


@dataclasses.dataclass(frozen=True, slots=True)
class Processor:
    """What code is compiled for."""

    name: str
    features: str
    target: Target


def processor(name: str | None = None, width: int | None = None) -> Processor:
    """The machine at hand, or one of LLVM's names; ``width`` is the number of lanes.

    The width is what one register holds: eight with AVX-512, four with AVX2, else two.
    """
    has = llvm.get_host_cpu_features()
    features = has.flatten() if name is None else ""
    wide = name is None and bool(has.get("avx512f") and has.get("avx512dq"))
    middle = bool(has.get("avx2")) if name is None else name in _WITH_AVX2
    lanes = width or (8 if wide else 4 if middle else 2)
    target = Target(lanes, avx512=wide and lanes % 8 == 0)
    return Processor(name or llvm.get_host_cpu_name(), features, target)


_WITH_AVX2 = ("haswell", "x86-64-v3", "znver3")


class Code:
    """Compiled functions by name; they live as long as this object."""

    def __init__(self, text: str, names: tuple[str, ...], machine: Processor) -> None:
        library = llvm.JITLibraryBuilder().add_object_img(_object(text, machine))
        library.add_current_process()
        for name in names:
            library.export_symbol(name)
        self._library: Any = library.link(_jit(), f"code{next(_numbers)}")
        self.address = {name: int(self._library[name]) for name in names}


_numbers = itertools.count()


@functools.cache
def _jit() -> Any:  # noqa: ANN401 - llvmlite has no types
    _initialise()
    return llvm.create_lljit_compiler()


@functools.cache
def _initialise() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def _object(text: str, machine: Processor) -> bytes:
    """Object code, from the cache if it is there."""
    versions = (llvmlite.__version__, *llvm.llvm_version_info, machine.name, machine.features)
    key = hashlib.sha256("\n".join([text, *map(str, versions)]).encode()).hexdigest()
    folder = cache_folder()
    file = folder / f"{key}.o" if folder else None
    found = _read(file) if file else None
    if found is None:
        found = compile_object(text, machine)
        if file:
            _write(file, found)
    return found


def compile_object(text: str, machine: Processor) -> bytes:
    """Check LLVM text and compile it."""
    _initialise()
    module = llvm.parse_assembly(text)
    module.verify()
    made = llvm.Target.from_default_triple().create_target_machine(
        cpu=machine.name, features=machine.features, opt=2, reloc="pic", codemodel="default"
    )
    return bytes(made.emit_object(module))


def _read(file: pathlib.Path) -> bytes | None:
    try:
        held = file.read_bytes()
    except OSError:
        return None
    digest, code = held[:_DIGEST_BYTES], held[_DIGEST_BYTES:]
    return code if hashlib.sha256(code).digest() == digest else None


def _write(file: pathlib.Path, code: bytes) -> None:
    """Write beside and rename, so that no other process sees half a file."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as beside:
            beside.write(hashlib.sha256(code).digest() + code)
        pathlib.Path(beside.name).replace(file)
    except OSError as problem:
        _log.info("Compiled code was not kept: %s", problem)
