package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDemoInBrowser types a command into the demo's page and reads the answer, as a newcomer would. With
// QUNGUAN_SCREENSHOTS set to a folder it also keeps what it saw there.
func TestDemoInBrowser(t *testing.T) {
	chromium := findChromium(t)
	address := startDemo(t)
	for _, size := range []struct {
		name          string
		width, height int64
		phone         bool
	}{{"desktop", 1280, 800, false}, {"phone", 390, 844, true}} {
		t.Run(size.name, func(t *testing.T) {
			page, complaints := openBrowser(t, chromium)
			require.NoError(t, chromedp.Run(page,
				chromedp.EmulateViewport(size.width, size.height),
				chromedp.Navigate("http://"+address+"/"),
				chromedp.WaitReady("#people button", chromedp.ByQuery),
			))
			typeIn(t, page, "/审计")
			var answer string
			require.NoError(t, chromedp.Run(page,
				chromedp.PollFunction(`() => [...document.querySelectorAll("#log *")].some(e => e.textContent.includes("的审计"))`, nil),
				chromedp.Text("#log", &answer, chromedp.ByQuery),
			))
			assert.Contains(t, answer, "设管理员")
			typeIn(t, page, "/撤管理 @zhao 演示")
			require.NoError(t, chromedp.Run(page,
				chromedp.PollFunction(`() => document.querySelector("#log").textContent.includes("不再是本群管理员")`, nil),
			))
			shoot(t, page, size.name+"-chat")
			if size.phone {
				for _, tab := range []string{"rights", "journal"} {
					require.NoError(t, chromedp.Run(page, chromedp.Click(`.bottom [data-tab="`+tab+`"]`, chromedp.ByQuery),
						chromedp.WaitVisible("#"+tab, chromedp.ByQuery)))
					shoot(t, page, size.name+"-"+tab)
				}
			} else {
				require.NoError(t, chromedp.Run(page, chromedp.Click("#tab-journal", chromedp.ByQuery),
					chromedp.PollFunction(`() => document.querySelector("#journal").textContent.includes("zhao")`, nil)))
				shoot(t, page, size.name+"-journal")
			}
			typeIn(t, page, "/撤销")
			require.NoError(t, chromedp.Run(page,
				chromedp.PollFunction(`() => document.querySelector("#log").textContent.includes("撤销 #")`, nil)))
			assert.Empty(t, complaints(), "the page complained in the console")
		})
	}
}

// findChromium looks for a browser; without one the test is skipped, unless the environment says that there is one.
func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("QUNGUAN_TEST_BROWSER") == "1" {
		t.Fatal("QUNGUAN_TEST_BROWSER=1, but no chromium is on the PATH")
	}
	t.Skip("no chromium on the PATH: the demo's page is not looked at")
	return ""
}

func startDemo(t *testing.T) (address string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready := make(chan string, 1)
	ended := make(chan error, 1)
	go func() { ended <- demo(ctx, "127.0.0.1:0", "zh", func(a net.Addr) { ready <- a.String() }) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended)
	})
	select {
	case address = <-ready:
	case err := <-ended:
		ended <- err
		require.NoError(t, err)
	}
	return address
}

// openBrowser starts a browser and returns its page, and what the page has complained about.
func openBrowser(t *testing.T, chromium string) (page context.Context, complaints func() []string) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
	)
	browser, stop := chromedp.NewExecAllocator(t.Context(), options...)
	page, closePage := chromedp.NewContext(browser)
	page, late := context.WithTimeout(page, time.Minute)
	t.Cleanup(func() {
		late()
		if err := chromedp.Cancel(page); err != nil && !errors.Is(err, context.Canceled) {
			t.Log(err)
		}
		closePage()
		stop()
	})
	var mu sync.Mutex
	var said []string
	chromedp.ListenTarget(page, func(e any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			said = append(said, e.ExceptionDetails.Error())
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.LevelError {
				said = append(said, e.Entry.Text+" "+e.Entry.URL)
			}
		}
	})
	return page, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return said
	}
}

func typeIn(t *testing.T, page context.Context, text string) {
	t.Helper()
	require.NoError(t, chromedp.Run(page,
		chromedp.Evaluate(`document.querySelector('.bottom [data-tab="chat"]').click()`, nil),
		chromedp.WaitVisible("#input", chromedp.ByQuery),
		chromedp.SendKeys("#input", text+"\r", chromedp.ByQuery),
	))
}

func shoot(t *testing.T, page context.Context, name string) {
	t.Helper()
	dir := os.Getenv("QUNGUAN_SCREENSHOTS")
	if dir == "" {
		return
	}
	var png []byte
	require.NoError(t, chromedp.Run(page, chromedp.CaptureScreenshot(&png)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600))
}
