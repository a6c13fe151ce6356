// What time it is: the demo's clock, where there is one, else the browser's.

let told = null; // what the demo's clock last told, and when it was heard here
let latest = 0;

// hear takes over what the clock shows, and how many times as fast as the browser's it goes.
export function hear(at, speed) {
  told = { at, speed, heard: performance.now() };
}

// now never goes back: what was guessed too late waits for the clock.
export function now() {
  latest = Math.max(latest, told ? told.at + (performance.now() - told.heard) * told.speed : Date.now());
  return latest;
}
