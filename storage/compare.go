package storage

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// scan lists the keys that are views. What is not there yet when it begins may be missing; what differs then is found
// by whoever folds next.
func (b *rebuild) scan(ctx context.Context) ([]viewKey, error) {
	var (
		mu  sync.Mutex
		out []viewKey
	)
	pattern := escapeGlob.Replace(b.keys.prefix) + "*"
	of := func(ctx context.Context, c redis.Cmdable) error {
		it := c.Scan(ctx, 0, pattern, 1000).Iterator()
		for it.Next(ctx) {
			if k, ok := toViewKey(strings.TrimPrefix(it.Val(), b.keys.prefix)); ok {
				mu.Lock()
				out = append(out, k)
				mu.Unlock()
			}
		}
		return it.Err()
	}
	if cluster, ok := b.client.(*redis.ClusterClient); ok {
		err := cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return of(ctx, c) })
		return out, gone("list keys", err)
	}
	return out, gone("list keys", of(ctx, b.client))
}

var escapeGlob = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`)

// suspect is what looks wrong about a key.
type suspect struct {
	fields []string
	kind   bool // the key is of another type
}

// compare reads keys and tells, for each, what looks wrong. It is a first look: the journal may have moved on.
func (b *rebuild) compare(ctx context.Context, keys []viewKey) ([]suspect, error) {
	reads := make([]*redis.MapStringStringCmd, len(keys))
	pipe := b.client.Pipeline()
	for i, k := range keys {
		if k.kind() == "hash" {
			reads[i] = pipe.HGetAll(ctx, b.keys.prefix+k.key())
		}
	}
	if pipe.Len() > 0 {
		_, _ = pipe.Exec(ctx) // each command of the pipeline carries its own error
	}
	out := make([]suspect, len(keys))
	for i, k := range keys {
		var err error
		if reads[i] == nil {
			out[i], err = b.compareSet(ctx, k)
		} else {
			var stands map[string]string
			stands, err = reads[i].Result()
			out[i] = suspect{fields: b.differ(k, stands), kind: anotherType(err)}
		}
		if err != nil && !anotherType(err) {
			return nil, gone("read "+k.key(), err)
		}
	}
	return out, nil
}

func anotherType(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "WRONGTYPE") }

// differ are the fields of k that are not what they should be.
func (b *rebuild) differ(k viewKey, stands map[string]string) []string {
	var out []string
	for field, value := range stands {
		if should, ok := b.views.should(k, field); !ok || !b.same(k, value, should) {
			out = append(out, field)
		}
	}
	for _, field := range b.views.fields(k) {
		if _, ok := stands[field]; !ok {
			out = append(out, field)
		}
	}
	return out
}

// compareSet goes through a sorted set page by page: an index can be as long as the journal.
func (b *rebuild) compareSet(ctx context.Context, k viewKey) (suspect, error) {
	const page = 2000
	var s suspect
	seen := map[string]bool{}
	var found []bool
	if k.view == "index" {
		found = make([]bool, len(b.views.index(k.of)))
	}
	for at := int64(0); ; at += page {
		rows, err := b.client.ZRangeWithScores(ctx, b.keys.prefix+k.key(), at, at+page-1).Result()
		if anotherType(err) {
			s.kind = true
			break
		}
		if err != nil {
			return s, err
		}
		for _, z := range rows {
			member, _ := z.Member.(string)
			should, ok := b.views.should(k, member)
			switch {
			case !ok || !b.same(k, score(z.Score), should):
				s.fields = append(s.fields, member)
				seen[member] = true
			case found != nil:
				n, _ := strconv.ParseInt(member, 10, 64)
				i, _ := slices.BinarySearch(b.views.index(k.of), n)
				found[i] = true
			default:
				seen[member] = true
			}
		}
		if len(rows) < page {
			break
		}
	}
	if found == nil {
		for _, member := range b.views.fields(k) {
			if !seen[member] {
				s.fields = append(s.fields, member)
			}
		}
		return s, nil
	}
	for i, n := range b.views.index(k.of) {
		if member := strconv.FormatInt(n, 10); !found[i] && !seen[member] {
			s.fields = append(s.fields, member)
		}
	}
	return s, nil
}

func score(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// same says whether a value is what it should be. A moment of the agenda that has come is given a later time while
// somebody works on it.
func (b *rebuild) same(k viewKey, stands, should string) bool {
	if stands == should {
		return true
	}
	if k.kind() != "zset" {
		return false
	}
	is, err := strconv.ParseFloat(stands, 64)
	if err != nil {
		return false
	}
	want, err := strconv.ParseFloat(should, 64)
	if err != nil {
		return false
	}
	now := float64(b.now().UnixMilli())
	claimed := k.view == "agenda" && want <= now && is > want && is <= now+float64((momentLease+clockSkew).Milliseconds())
	return is == want || claimed
}
