echo warned > /dev/stderr; echo told > /dev/stdout; cat
