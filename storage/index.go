package storage

import (
	"slices"

	"qunguan/bot/journal"
)

// entryIndexes are the indexes that an entry is found by.
func (l *Ledger) entryIndexes(e journal.Entry) []string {
	names := []string{indexName("kind", e.Kind)}
	if e.Actor != "" {
		names = append(names, indexName("actor", e.Actor))
	}
	for _, t := range e.Targets {
		names = append(names, indexName("target", t))
	}
	if e.Group != "" {
		names = append(names, indexName("group", e.Group))
	}
	for _, i := range e.Items {
		names = append(names, indexName("item", i))
	}
	for i, c := range e.Changes {
		if l.histories[c.Of.Kind()] && !slices.ContainsFunc(e.Changes[:i], func(d journal.Change) bool { return d.Of == c.Of }) {
			names = append(names, indexName("changed", c.Of))
		}
	}
	if e.Outcome == journal.Refused {
		names = append(names, indexName("refused", "all"))
		if e.Group == "" {
			names = append(names, indexName("refused", "groupless"))
		}
	}
	if (journal.Query{Undoable: true}).Matches(e) {
		names = append(names, indexName("undoable", "all"))
	}
	return names
}

// indexes are those that narrow a query down; what has no index is filtered by journal.Query.Matches.
func (l *Ledger) indexes(q journal.Query) []string {
	if q.N != 0 && !q.Undoable {
		return nil
	}
	var names []string
	if q.Undoable {
		names = append(names, indexName("undoable", "all"))
	}
	if q.Actor != "" {
		names = append(names, indexName("actor", q.Actor))
	}
	if q.Target != "" {
		names = append(names, indexName("target", q.Target))
	}
	if q.Group != "" {
		names = append(names, indexName("group", q.Group))
	}
	if q.Item != "" {
		names = append(names, indexName("item", q.Item))
	}
	if q.Kind != "" {
		names = append(names, indexName("kind", q.Kind))
	}
	if l.histories[q.Changed.Kind()] {
		names = append(names, indexName("changed", q.Changed))
	}
	switch {
	case q.Refused && q.Groupless:
		names = append(names, indexName("refused", "groupless"))
	case q.Refused:
		names = append(names, indexName("refused", "all"))
	}
	return names
}
