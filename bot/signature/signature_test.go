package signature

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatIsSignedIsRight(t *testing.T) {
	v := Value([]string{"new", "", "old"}, "1772415000", "body")
	for name, c := range map[string]struct {
		secrets             []string
		header, stamp, body string
		want                bool
	}{
		"by the new one":  {[]string{"new"}, v, "1772415000", "body", true},
		"by the old one":  {[]string{"old"}, v, "1772415000", "body", true},
		"by another":      {[]string{"other"}, v, "1772415000", "body", false},
		"by none":         {[]string{""}, v, "1772415000", "body", false},
		"another body":    {[]string{"new"}, v, "1772415000", "body ", false},
		"another moment":  {[]string{"new"}, v, "1772415001", "body", false},
		"not signed":      {[]string{"new"}, "", "1772415000", "body", false},
		"too many to try": {[]string{"new"}, v + ",v1=00,v1=00,v1=00", "1772415000", "body", false},
	} {
		assert.Equal(t, c.want, Right(c.secrets, c.header, c.stamp, c.body), name)
	}
}
