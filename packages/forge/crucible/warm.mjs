// Imported once before the template is frozen: the loader of modules has then been loaded itself.
import "node:fs";
