"""The fast path: vector code from a model, one subject in each lane of the vector.

``emit`` writes the code of one solver step as LLVM text, ``functions`` the elementary functions in
it, ``cache`` compiles it and keeps the result, ``driver`` moves subjects through the lanes, and
``run`` is what the rest of the engine calls.
"""
