package journal_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"qunguan/bot/journal"
)

// BenchmarkSeal is what one entry costs to seal, beside the one hash that nothing can do without.
func BenchmarkSeal(b *testing.B) {
	entry := fmt.Appendf(nil, `{"at":"2026-11-26T00:00:00.000Z","kind":"access.granted","outcome":"done","actor":"boss","targets":["zhangsan"],"group":"G1","items":["admins"],"rule":"owner","reason":"国庆值班","after":{"access/G1:role/zhangsan":{"who":"zhangsan","level":"senior","by":"boss"}},"message_id":"m1"}`)
	b.Run("hash alone", func(b *testing.B) {
		for b.Loop() {
			_ = sha256.Sum256(entry)
		}
	})
	b.Run("into the tree", func(b *testing.B) {
		var e journal.Edge
		b.ReportAllocs()
		for b.Loop() {
			e.Add(journal.LeafOf(entry))
		}
	})
}
