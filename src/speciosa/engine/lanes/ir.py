"""Write LLVM text for functions of vectors that live in one workspace.

A workspace is an array of slots; a slot holds one double for each lane. Every operand is the name
of a vector or a constant, as text.
"""

from __future__ import annotations

import contextlib
import dataclasses
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """What the code is written for: lanes in a vector, and whether AVX-512 may be used."""

    width: int
    avx512: bool

    @property
    def vector(self) -> str:
        """The type of a vector of doubles."""
        return f"<{self.width} x double>"

    @property
    def integers(self) -> str:
        """The type of a vector of 64-bit integers."""
        return f"<{self.width} x i64>"

    @property
    def suffix(self) -> str:
        """How intrinsic functions name the type."""
        return f"v{self.width}f64"

    @property
    def alignment(self) -> int:
        """Bytes to which a workspace is aligned: whole cache lines."""
        return min(64, 8 * self.width)


class Writer:
    """The body of one function. ``contract`` lets a product and a sum become one operation."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.lines: list[str] = []
        self.used: set[str] = set()  # functions that are called
        self._count = 0
        self._flags = "contract "

    @contextlib.contextmanager
    def exact(self) -> Iterator[None]:
        """Inside, every operation rounds as it is written: no product joins a sum."""
        before, self._flags = self._flags, ""
        yield
        self._flags = before

    def line(self, text: str) -> str:
        """One instruction with a result, which is returned."""
        self._count += 1
        name = f"%v{self._count}"
        self.lines.append(f"  {name} = {text}")
        return name

    def const(self, value: float) -> str:
        """A number in every lane."""
        bits = struct.unpack(">Q", struct.pack(">d", value))[0]
        return f"splat (double 0x{bits:016X})"

    def load(self, slot: int) -> str:
        """The vector in a slot."""
        address = self.line(f"getelementptr double, ptr %ws, i64 {slot * self.target.width}")
        target = self.target
        return self.line(f"load {target.vector}, ptr {address}, align {target.alignment}")

    def store(self, value: str, slot: int) -> None:
        """Put a vector into a slot."""
        address = self.line(f"getelementptr double, ptr %ws, i64 {slot * self.target.width}")
        target = self.target
        self.lines.append(
            f"  store {target.vector} {value}, ptr {address}, align {target.alignment}"
        )

    def _binary(self, operation: str, a: str, b: str) -> str:
        return self.line(f"{operation} {self._flags}{self.target.vector} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        """``a + b``."""
        return self._binary("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        """``a - b``."""
        return self._binary("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        """``a b``."""
        return self._binary("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        """``a / b``."""
        return self._binary("fdiv", a, b)

    def negative(self, a: str) -> str:
        """``-a``."""
        return self.line(f"fneg {self.target.vector} {a}")

    def multiply_add(self, a: str, b: str, c: str) -> str:
        """``a b + c``, in one operation where there is one."""
        return self.add(self.mul(a, b), c)

    def fma(self, a: str, b: str, c: str) -> str:
        """``a b + c`` rounded once, on every machine."""
        return self.intrinsic("fma", a, b, c)

    def intrinsic(self, name: str, *args: str) -> str:
        """One of LLVM's own functions of vectors of doubles."""
        target = self.target
        full = f"llvm.{name}.{target.suffix}"
        kinds = ", ".join([target.vector] * len(args))
        self.used.add(f"declare {target.vector} @{full}({kinds})")
        given = ", ".join(f"{target.vector} {arg}" for arg in args)
        return self.line(f"call {target.vector} @{full}({given})")

    def absolute(self, a: str) -> str:
        """``|a|``."""
        return self.intrinsic("fabs", a)

    def larger(self, a: str, b: str) -> str:
        """The larger of two; ``b`` when one is not a number."""
        return self.select(self.compare("ogt", a, b), a, b)

    def smaller(self, a: str, b: str) -> str:
        """The smaller of two; ``b`` when one is not a number."""
        return self.select(self.compare("olt", a, b), a, b)

    def compare(self, condition: str, a: str, b: str) -> str:
        """A mask: LLVM's ordered or unordered comparison of doubles."""
        return self.line(f"fcmp {condition} {self.target.vector} {a}, {b}")

    def both(self, a: str, b: str) -> str:
        """Mask: both."""
        return self.line(f"and <{self.target.width} x i1> {a}, {b}")

    def select(self, mask: str, a: str, b: str) -> str:
        """``a`` where the mask is set, else ``b``."""
        vector, width = self.target.vector, self.target.width
        return self.line(f"select <{width} x i1> {mask}, {vector} {a}, {vector} {b}")

    def bits(self, mask: str) -> str:
        """A mask as the low bits of one 64-bit integer."""
        width = self.target.width
        packed = self.line(f"bitcast <{width} x i1> {mask} to i{width}")
        return self.line(f"zext i{width} {packed} to i64")

    def as_integers(self, a: str) -> str:
        """The bits of doubles as integers."""
        return self.line(f"bitcast {self.target.vector} {a} to {self.target.integers}")

    def as_doubles(self, a: str) -> str:
        """Integers read as the bits of doubles."""
        return self.line(f"bitcast {self.target.integers} {a} to {self.target.vector}")

    def to_doubles(self, a: str) -> str:
        """Integers as the numbers they are."""
        return self.line(f"sitofp {self.target.integers} {a} to {self.target.vector}")

    def to_integers(self, a: str) -> str:
        """Numbers within the range of integers, cut to whole ones."""
        return self.line(f"fptosi {self.target.vector} {a} to {self.target.integers}")

    def integer(self, operation: str, a: str, b: int | str) -> str:
        """An operation on integers; ``b`` may be a number for every lane."""
        second = f"splat (i64 {b})" if isinstance(b, int) else b
        return self.line(f"{operation} {self.target.integers} {a}, {second}")

    def polynomial(self, x: str, coefficients: tuple[float, ...]) -> str:
        """Horner's rule; the highest coefficient first."""
        total = self.const(coefficients[0])
        for coefficient in coefficients[1:]:
            total = self.fma(total, x, self.const(coefficient))
        return total


class Function(NamedTuple):
    """A function to be written: ``head`` is LLVM's, ``body`` returns what it returns."""

    head: str
    body: Callable[[Writer], str]


def module(target: Target, functions: Sequence[Function]) -> str:
    """The text of functions with everything they call."""
    texts: list[str] = []
    used: set[str] = set()
    for function in functions:
        writer = Writer(target)
        result = function.body(writer)
        lines = "\n".join([*writer.lines, f"  ret {result}"])
        texts.append(f"define {function.head} #0 {{\n{lines}\n}}\n")
        used |= writer.used
    width = min(512, 64 * target.width)
    # Unaligned spills would cross cache lines.
    stack = f"alignstack={target.alignment}"
    attributes = f'attributes #0 = {{ nounwind {stack} "prefer-vector-width"="{width}" }}\n'
    return "\n".join([*sorted(used), "", *texts, attributes])
