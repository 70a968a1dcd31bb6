export const x = 1;
print(typeof x, import.meta !== undefined);
