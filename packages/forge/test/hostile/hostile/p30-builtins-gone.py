import builtins, sys
for name in list(vars(builtins)):
    if name not in ("delattr", "BaseException"):
        try:
            delattr(builtins, name)
        except BaseException:
            pass
sys.modules.clear()
raise BaseException
