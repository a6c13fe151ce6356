package storage

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestVersionIn(t *testing.T) {
	for info, want := range map[string]struct {
		version string
		major   int
		fails   bool
	}{
		"# Server\r\nredis_version:7.2.4\r\nredis_mode:standalone\r\n": {version: "7.2.4", major: 7},
		"# Server\r\nredis_version:10.0.0-rc1\r\n":                      {version: "10.0.0-rc1", major: 10},
		"# Clients\r\nconnected_clients:1\r\n":                          {},
		"redis_version:unstable\r\n":                                     {fails: true},
	} {
		version, major, err := versionIn(info)
		assert.Equal(t, want.version, version, info)
		assert.Equal(t, want.major, major, info)
		assert.Equal(t, want.fails, err != nil, info)
	}
}
