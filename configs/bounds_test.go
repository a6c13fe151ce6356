package configs

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestEveryNumberHasBounds: without any, each value would be refused, and nobody told why.
func TestEveryNumberHasBounds(t *testing.T) {
	for path, k := range schema {
		_, ok := numbers[path]
		assert.Equal(t, k == number, ok, path)
	}
}
