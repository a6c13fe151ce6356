package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/journal"
)

// TestAFileThatCannotBeWrittenStopsTheReading: the first fault is what is told, and nothing is written after it.
func TestAFileThatCannotBeWrittenStopsTheReading(t *testing.T) {
	full, stopped := errors.New("no space left"), 0
	var got []int64
	next, ended := beside(func(e journal.Entry, _ []byte) error {
		if got = append(got, e.N); e.N == 3 {
			return full
		}
		return nil
	}, func() { stopped++ })
	for n := int64(1); n <= 2*mostAhead; n++ {
		next <- selected{entry: journal.Entry{N: n}}
	}
	close(next)
	assert.ErrorIs(t, <-ended, full)
	assert.Equal(t, []int64{1, 2, 3}, got, "in their order")
	assert.Equal(t, 1, stopped)

	next, ended = beside(func(journal.Entry, []byte) error { return nil }, func() { stopped++ })
	close(next)
	assert.NoError(t, <-ended)
	assert.Equal(t, 1, stopped)
}
