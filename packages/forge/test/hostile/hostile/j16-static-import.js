import * as fs from "node:fs";
print("ESCAPED", fs);
