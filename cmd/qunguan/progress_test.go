package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestProgressOnALog: a line now and then, and none for what is soon over.
func TestProgressOnALog(t *testing.T) {
	var out bytes.Buffer
	tell, end := progressOn(&out)
	for _, read := range []int64{2000, 98_000, 100_000, 150_000, 200_000, 250_000} {
		tell(read, 250_000)
	}
	end()
	assert.Equal(t, "read 100000 of 250000 entries\nread 200000 of 250000 entries\n", out.String())
}

// TestProgressOnATerminal: a bar that follows a journal which grows while it is read, and is gone at the end.
func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	tell, end := barOn(&out)
	for _, at := range [][2]int64{{0, 1000}, {500, 1000}, {1000, 1000}, {1000, 2000}, {1500, 2000}, {2001, 2000}} {
		tell(at[0], at[1])
	}
	assert.Contains(t, out.String(), "entries")
	assert.Contains(t, out.String(), "/1000")
	end()
	end()
}
