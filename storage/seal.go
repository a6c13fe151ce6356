package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/journal"
)

// Seals keeps the Merkle tree over the journal, and the newest signed checkpoint. The tree only grows: its hashes lie
// one after the other, in the order in which they were made, in strings of a megabyte each.
type Seals struct{ *Tenant }

// Seals returns the tenant's tree.
func (t *Tenant) Seals() Seals { return Seals{t} }

// chunkHashes is how many hashes one string holds.
const chunkHashes = 1 << 20 / journal.HashSize

// seal lets the tree grow, if it is still as large as whoever has computed the hashes believed.
//
//	KEYS[1] sealed: size, note  ARGV[1] prefix  ARGV[2] size before  ARGV[3] size after  ARGV[4] signed checkpoint
//	then chunk, offset within it, hashes, …
//
// Returns 1, or 0 if the tree is of another size.
var seal = newScript(`
local size = redis.call('HGET', KEYS[1], 'size') or '0'
if size == ARGV[3] and redis.call('HGET', KEYS[1], 'note') == ARGV[4] then return 1 end
if size ~= ARGV[2] then return 0 end
for i = 5, #ARGV, 3 do redis.call('SETRANGE', ARGV[1] .. 'tree:' .. ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
redis.call('HSET', KEYS[1], 'size', ARGV[3], 'note', ARGV[4])
return 1
`)

// Sealed is how many entries are sealed, and the signed checkpoint that says so; zero and empty before the first. A
// number that nobody can read is -1.
func (s Seals) Sealed(ctx context.Context) (size int64, note string, err error) {
	got, err := s.client.HMGet(ctx, s.keys.sealed(), "size", "note").Result()
	if err != nil {
		return 0, "", gone("read checkpoint", err)
	}
	if got[0] == nil && got[1] == nil {
		return 0, "", nil
	}
	if size, err = strconv.ParseInt(text(got[0]), 10, 64); err != nil {
		size = -1 // it is no number any more, so certainly not the one that was signed
	}
	return size, text(got[1]), nil
}

// Seal keeps the hashes that let the tree grow from one size to another, with the checkpoint of the new one; false if
// somebody else was faster. It may be called again with the same arguments.
func (s Seals) Seal(ctx context.Context, from, to int64, hashes []journal.Hash, note string) (bool, error) {
	args := []any{s.keys.prefix, from, to, note}
	at := journal.Place(from)
	for len(hashes) > 0 {
		chunk, offset := at/chunkHashes, at%chunkHashes
		n := min(int64(len(hashes)), chunkHashes-offset)
		var b bytes.Buffer
		for _, h := range hashes[:n] {
			b.Write(h[:])
		}
		args = append(args, chunk, offset*journal.HashSize, b.String())
		hashes, at = hashes[n:], at+n
	}
	ok, err := seal.run(ctx, s.client, []string{s.keys.sealed()}, args...).Int64()
	return ok == 1, gone("seal journal", err)
}

// ErrNoHash says that a hash of the tree that should be kept is not there.
var ErrNoHash = errors.New("a hash of the tree is missing")

// Hashes reads kept hashes of the tree, for proofs; all that are asked for at once in one round trip.
func (s Seals) Hashes(ctx context.Context) journal.HashReader {
	return journal.HashReaderFunc(func(indexes []int64) ([]journal.Hash, error) {
		if len(indexes) == 0 {
			return nil, nil
		}
		got := make([]*redis.StringCmd, len(indexes))
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, x := range indexes {
				from := x % chunkHashes * journal.HashSize
				got[i] = p.GetRange(ctx, s.keys.tree(x/chunkHashes), from, from+journal.HashSize-1)
			}
			return nil
		})
		if err != nil {
			return nil, gone("read tree", err)
		}
		out := make([]journal.Hash, len(indexes))
		for i, g := range got {
			b := g.Val()
			if len(b) != journal.HashSize {
				return nil, fmt.Errorf("%w: number %d", ErrNoHash, indexes[i])
			}
			out[i] = journal.Hash([]byte(b))
		}
		return out, nil
	})
}

// Leaves tells the kept hashes of entries, one string of the tree in memory at a time: it is made for going through them
// in their order. The first failure is kept in fault.
func (s Seals) Leaves(ctx context.Context) (leaf func(n int64) (journal.Hash, bool), fault func() error) {
	held, have, failed := int64(-1), "", error(nil)
	return func(n int64) (journal.Hash, bool) {
		if n < 1 || failed != nil {
			return journal.Hash{}, false
		}
		x := journal.Place(n - 1)
		if x/chunkHashes != held {
			held = x / chunkHashes
			if have, failed = s.client.Get(ctx, s.keys.tree(held)).Result(); errors.Is(failed, redis.Nil) {
				failed = nil
			}
			if failed = gone("read tree", failed); failed != nil {
				return journal.Hash{}, false
			}
		}
		from := int(x%chunkHashes) * journal.HashSize
		if from+journal.HashSize > len(have) {
			return journal.Hash{}, false
		}
		return journal.Hash([]byte(have[from : from+journal.HashSize])), true
	}, func() error { return failed }
}

// After returns stored entries with numbers above n, byte for byte, by their numbers. Fewer than limit are the last.
func (s Seals) After(ctx context.Context, n int64, limit int64) (numbers []int64, stored [][]byte, err error) {
	for row, err := range s.reading(nil).rows(ctx, n, limit) {
		if err != nil {
			return nil, nil, err
		}
		if numbers, stored = append(numbers, row.N), append(stored, row.Stored); int64(len(numbers)) == limit {
			break
		}
	}
	return numbers, stored, nil
}
