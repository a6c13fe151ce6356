package access

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// oracleWorlds is how many worlds the oracle is asked about. QUNGUAN_ORACLE_WORLDS asks for more than an ordinary
// run has time for: QUNGUAN_ORACLE_WORLDS=1000000 go test ./bot/access -run Oracle -timeout 30m
func oracleWorlds(t *testing.T) int {
	if s := os.Getenv("QUNGUAN_ORACLE_WORLDS"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		return n
	}
	if testing.Short() {
		return 5_000
	}
	return 50_000
}

// eachWorld walks random worlds on two processors. What look counts is added up.
func eachWorld[K comparable](t *testing.T, seed uint64, worlds int, look func(t *testing.T, n int, d dice, o *oracle, count map[K]int)) map[K]int {
	marks := map[Item]listing{}
	for _, l := range listings(t) {
		marks[l.item] = l
	}
	const parts = 2
	var counts [parts]map[K]int
	t.Run("worlds", func(t *testing.T) {
		for part := range parts {
			counts[part] = map[K]int{}
			t.Run(strconv.Itoa(part), func(t *testing.T) {
				t.Parallel()
				for n := part; n < worlds; n += parts {
					d := dice{rand.New(rand.NewPCG(seed, uint64(n)))}
					o := &oracle{world: worldOf(d), marks: marks}
					look(t, n, d, o, counts[part])
				}
			})
		}
	})
	for k, n := range counts[1] {
		counts[0][k] += n
	}
	return counts[0]
}

// TestDecideEqualsTheOracle compares the two on random worlds.
func TestDecideEqualsTheOracle(t *testing.T) {
	seen := eachWorld(t, 3, oracleWorlds(t), func(t *testing.T, n int, d dice, o *oracle, seen map[Rule]int) {
		f := o.facts(t)
		for range 4 {
			q := d.question()
			allowed, rule := o.decide(q)
			got := Decide(f, q)
			seen[rule]++
			if got.Allowed != allowed || got.Rule != rule {
				t.Fatalf("world %d, %+v:\nthe oracle says %v, %s; Decide says %v, %s\n%s", n, q, allowed, rule, got.Allowed, got.Rule, printed(o))
			}
		}
	})
	for _, r := range AllRules()[:23] {
		require.NotZero(t, seen[r], "%s never happened: the worlds are too tame", r)
	}
	t.Log(seen)
}

func printed(o *oracle) string {
	raw, err := json.MarshalIndent(map[string]any{
		"company": kinds(o.company), "group": kinds(o.group), "people": o.staff, "place": o.place, "shifts": o.rota,
		"consent": o.consent, "offered": o.offered,
	}, "", " ")
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(raw)
}

// kinds are records under their keys, so that a reader sees what they are.
func kinds(records []any) map[string]any {
	out := map[string]any{}
	for _, r := range records {
		out[keyOf(r)] = r
	}
	return out
}
