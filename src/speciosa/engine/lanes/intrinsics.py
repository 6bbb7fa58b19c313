"""Three instructions that numba lacks: calls to compiled addresses, and a counter threads share."""

# numba calls these with objects of its own that have no useful types.
# ruff: noqa: ANN001, ANN201, ANN202
# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc"

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_VOID = ir.VoidType()
_INT = ir.IntType(64)
_DOUBLE = ir.DoubleType()


def _call(builder, address, result, args):
    kind = ir.FunctionType(result, [arg.type for arg in args])
    return builder.call(builder.inttoptr(address, kind.as_pointer()), args)


@intrinsic
def run(typing, address, workspace):
    """Call a function of a workspace."""

    def generate(context, builder, signature, args):
        _call(builder, args[0], _VOID, [builder.inttoptr(args[1], _DOUBLE.as_pointer())])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def run_with_tolerances(typing, address, workspace, rtol, atol):
    """Call a function of a workspace and tolerances that returns bits."""

    def generate(context, builder, signature, args):
        workspace = builder.inttoptr(args[1], _DOUBLE.as_pointer())
        return _call(builder, args[0], _INT, [workspace, args[2], args[3]])

    return types.int64(types.int64, types.int64, types.float64, types.float64), generate


@intrinsic
def fetch_add(typing, array, index):
    """Add one to a shared counter at once; returns what it was."""

    def generate(context, builder, signature, args):
        view = context.make_array(signature.args[0])(context, builder, args[0])
        place = cgutils.get_item_pointer(context, builder, signature.args[0], view, [args[1]])
        return builder.atomic_rmw("add", place, ir.Constant(_INT, 1), "monotonic")

    return types.int64(array, types.intp), generate
