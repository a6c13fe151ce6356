// Package house holds the tests of the house itself: which package may import which, where the clock may be asked,
// what must not lie in a fixture. It promises that each failure is a sentence that names the place and says what to
// do. It is empty but for its tests and knows nothing of what the program does.
//
// When a table here no longer fits the house, change the table, in the commit that shows why.
package house
