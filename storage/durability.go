package storage

import (
	"context"
	"strings"
)

// Durability says in a few words what Redis could lose when its machine loses power; empty if nothing that was
// committed. A server that does not tell its settings is taken at its word: empty.
func (t *Tenant) Durability(ctx context.Context) (string, error) {
	set := map[string]string{}
	for _, name := range []string{"appendonly", "appendfsync"} {
		got, err := t.client.ConfigGet(ctx, name).Result()
		if err != nil {
			if strings.HasPrefix(err.Error(), "ERR") || strings.HasPrefix(err.Error(), "NOPERM") {
				return "", nil
			}
			return "", gone("read redis settings", err)
		}
		set[name] = got[name]
	}
	switch {
	case set["appendonly"] == "no":
		return "appendonly no", nil
	case set["appendfsync"] != "" && set["appendfsync"] != "always":
		return "appendfsync " + set["appendfsync"], nil
	}
	return "", nil
}
