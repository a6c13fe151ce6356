package storage

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"qunguan/bot/journal"
)

// Rebuilding is how views are folded again.
type Rebuilding struct {
	Due    DueOf
	Repair bool // false: only compare
	// Progress is told now and then how many entries of how many were read; nil tells nobody.
	Progress func(read, of int64)
	// Report is told of every difference.
	Report func(Difference)
}

// Rebuilt is what a rebuild has found.
type Rebuilt struct{ Entries, Aggregates, Differences int64 }

// ErrJournal says that the journal itself has a gap or contradicts itself, so that no view can be folded from it.
var ErrJournal = errors.New("the journal is not whole: nothing was compared or repaired; restore it first (qunguan rebuild --help)")

// ErrBusy says that so much is being committed that a place could not be looked at between two entries.
var ErrBusy = errors.New("the journal moves on too fast; try again in a quieter hour")

// Rebuild folds all views from the journal, compares them with what Redis keeps and, if asked to, puts right what
// differs. What is no view is left alone: messages, effects, tokens, firings.
//
// It may run while others commit: nothing is locked. A place that looks wrong is looked at once more, and mended, by a
// script that does so only if the journal has not moved on since it was folded and if what stands there is what was
// seen; else the new entries are folded too and it is looked at again. The version of every aggregate that is mended
// moves forward, so that nobody goes on with what they remember of it.
//
// Entries that are archived are folded out of the archive, since everything stands on them; where it cannot be read, it fails
// with journal.ErrArchived. The indexes should have nothing of them.
func (l *Ledger) Rebuild(ctx context.Context, r Rebuilding) (Rebuilt, error) {
	v := l.newViews(ctx, r.Due)
	if err := l.foldAll(ctx, v, r.Progress); err != nil {
		return Rebuilt{}, err
	}
	b := &rebuild{Rebuilding: r, Ledger: l, views: v}
	err := b.all(ctx)
	b.done.Entries, b.done.Aggregates = v.last, int64(len(v.state))
	return b.done, err
}

// foldAll folds what was not folded yet. What is archived comes out of the archive.
func (l *Ledger) foldAll(ctx context.Context, v *views, progress func(read, of int64)) error {
	const maxFaults = 20
	of, err := l.client.XLen(ctx, l.keys.journal()).Result()
	if err != nil {
		return gone("read journal", err)
	}
	read := int64(0)
	for row, err := range v.reading.rows(ctx, v.last, maxPage) {
		if err != nil {
			return err
		}
		e, err := decodeRow(row)
		if err != nil {
			return err
		}
		v.add(e)
		if read++; progress != nil && read%maxPage == 0 {
			progress(read, max(of+v.reading.archived, read)) // counted, not taken from numbers: those may be what is wrong
		}
		if len(v.faults) >= maxFaults {
			return nil
		}
	}
	if progress != nil && read > 0 {
		progress(read, read)
	}
	return nil
}

// viewKey names one key that is a view.
type viewKey struct{ view, of string }

// toViewKey says which view a key is, without the prefix; ok is false for one that is none, or that is not compared
// field by field.
func toViewKey(key string) (k viewKey, ok bool) {
	if key == "agenda" {
		return viewKey{view: "agenda"}, true
	}
	view, of, ok := strings.Cut(key, ":")
	return viewKey{view, of}, ok && slices.Contains([]string{"state", "index", "usage"}, view)
}

func (k viewKey) key() string {
	if k.view == "agenda" || k.view == "versions" {
		return k.view
	}
	return k.view + ":" + k.of
}

// kind is the type of the key, as Redis calls it.
func (k viewKey) kind() string {
	if k.view == "index" || k.view == "agenda" {
		return "zset"
	}
	return "hash"
}

// rebuild is one run.
type rebuild struct {
	Rebuilding
	*Ledger
	views *views
	done  Rebuilt
}

func (b *rebuild) all(ctx context.Context) error {
	for _, d := range b.views.faults {
		b.report(d)
	}
	if len(b.views.faults) > 0 {
		return ErrJournal
	}
	if err := b.head(ctx); err != nil {
		return err
	}
	there, err := b.scan(ctx)
	if err != nil {
		return err
	}
	if b.views.last == 0 && len(there) > 0 {
		b.report(Difference{View: "journal", Stands: "empty", Should: "the entries that the views were made of"})
		return ErrJournal
	}
	if err := b.versions(ctx); err != nil {
		return err
	}
	keys := slices.SortedFunc(maps.Keys(union(there, b.views.keys())), func(x, y viewKey) int {
		return cmp.Or(strings.Compare(x.view, y.view), strings.Compare(x.of, y.of))
	})
	for chunk := range slices.Chunk(keys, 50) {
		suspects, err := b.compare(ctx, chunk)
		if err != nil {
			return err
		}
		for i, s := range suspects {
			if err := b.settle(ctx, chunk[i], s); err != nil {
				return err
			}
		}
	}
	return nil
}

func union(a, b []viewKey) map[viewKey]bool {
	out := make(map[viewKey]bool, len(a)+len(b))
	for _, k := range slices.Concat(a, b) {
		out[k] = true
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// moved is the aggregate whose version moves when k is mended; empty if none does.
func (k viewKey) moved() journal.Name {
	if k.view == "state" {
		return journal.Name(k.of)
	}
	return ""
}
