// Package access decides who may do what in a group, and by which rule. It promises that an answer is the same for
// the same facts, that it names what settled it, and that whatever nobody granted is denied. Rights end by time:
// nothing has to run for a grant to be over. Changes of rights are returned as data, with the rules of rank already
// asked. It knows no storage, no platform and no clock.
package access
