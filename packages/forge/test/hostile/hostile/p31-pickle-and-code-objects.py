# Bytecode written by hand crashes the interpreter, and nothing else.
import types
code = (lambda: 0).__code__
broken = code.replace(co_code=bytes([100, 255] * 50 + [83, 0]), co_stacksize=0, co_consts=())
exec(broken)
print("held")
