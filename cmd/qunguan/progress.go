package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// tellEvery is after how many entries a long run says how far it is, where nobody watches.
const tellEvery = 100_000

// progressOn returns what is told how far a long run over entries is, and what ends that. Who watches on a terminal sees a
// bar; a log gets a line now and then. of may grow while the run goes on.
func progressOn(w io.Writer) (tell func(read, of int64), end func()) {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return barOn(w)
	}
	told := int64(0)
	return func(read, of int64) {
		if read >= told+tellEvery {
			told = read
			_, _ = fmt.Fprintf(w, "read %d of %d entries\n", read, of)
		}
	}, func() {}
}

// barOn shows a bar with the share, the pace and the time that is left; it is taken away at the end, where the result
// is told.
func barOn(w io.Writer) (tell func(read, of int64), end func()) {
	bar := progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("entries"), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString("entries"), progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
	return func(read, of int64) {
			if of != bar.GetMax64() {
				bar.ChangeMax64(of)
			}
			_ = bar.Set64(read) // what cannot be shown is no fault of the run
		}, func() {
			_ = bar.Finish()
		}
}
