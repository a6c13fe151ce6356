package access_test

import (
	"encoding/json"
	"fmt"
	"time"

	"qunguan/bot/access"
)

// Li is a mid-level admin until 1 March; the right ends with the first moment of that day.
func Example() {
	book, err := access.Build(map[string]json.RawMessage{
		"temp/li": json.RawMessage(`{"who":"li","level":"mid","from":"2026-02-20T09:00:00+08:00","until":"2026-03-01T00:00:00+08:00","by":"boss"}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	end := time.Date(2026, 3, 1, 0, 0, 0, 0, time.FixedZone("CST", 8*60*60))
	for _, at := range []time.Time{end.Add(-time.Second), end} {
		d := access.Decide(access.Facts{Group: book}, access.Request{Actor: "li", Item: access.Recall, Group: "G1", At: at})
		fmt.Println(d.Allowed, d.Rule, "–", d.Rule.Text().EN)
		if v, ok := d.Settled(); ok {
			fmt.Println("  ", v.Text().EN)
		}
	}
	// Output:
	// true temporary – nothing fixed speaks, so the temporary grant counts
	//    allow · group tier · temporary, until 2026-03-01 00:00, from 2026-02-20 09:00 · role mid · set by boss
	// false grant-expired – the grant has expired
	//    allow · group tier · temporary, until 2026-03-01 00:00, from 2026-02-20 09:00 · role mid · set by boss
}
