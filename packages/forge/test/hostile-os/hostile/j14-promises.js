// Work that never lets a timer in.
const more = () => Promise.resolve().then(more);
more();
