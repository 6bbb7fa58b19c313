"""How well the comparison of before and after keeps its promises; not part of the package."""
