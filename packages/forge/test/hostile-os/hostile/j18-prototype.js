// Poisons what the few words of the host's side are made of.
Object.prototype.toString = Array.prototype.map = Function.prototype.call = () => { throw new Error("poison"); };
JSON.stringify = () => "ESCAPED";
process.stdout.write("quiet\n");
