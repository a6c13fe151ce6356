package access

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
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

// printed is a world to read: a line for each record and each person.
func printed(o *oracle) string {
	var b strings.Builder
	line := func(what string, v any) {
		raw, err := json.Marshal(v)
		if err != nil {
			raw = []byte(err.Error())
		}
		fmt.Fprintf(&b, "  %s %s\n", what, raw)
	}
	for n, records := range [][]any{o.company, o.group} {
		b.WriteString([]string{"the company's book\n", "the group's book\n"}[n])
		for _, r := range records {
			line(fmt.Sprintf("%T", r), r)
		}
	}
	b.WriteString("people\n")
	for _, who := range o.everybody() {
		line(string(who), o.staff[who])
		if shift := o.rota[who]; shift[0].Before(shift[1]) {
			line("  on shift", shift)
		}
	}
	line("place", o.place)
	fmt.Fprintf(&b, "  consent %v, offered %v", o.consent, o.offered.Names())
	return b.String()
}
