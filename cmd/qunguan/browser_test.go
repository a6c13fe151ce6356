package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

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
			page := openBrowser(t, chromium)
			said := chromedp.Console(page)
			do(t, page, chromedp.EmulateViewport(size.width, size.height), chromedp.Navigate("http://"+address+"/"))
			shows(t, page, "#people", "陈建国")
			typeIn(t, page, "/审计")
			shows(t, page, "#log", "的审计")
			typeIn(t, page, "/设管理 @wang 中级 7天 国庆值班")
			shows(t, page, "#log", "王磊（wang） 任本群中级管理员")
			shows(t, page, "#rights", "王磊")
			shoot(t, page, size.name+"-chat")
			looksAtMatrix(t, page)
			shoot(t, page, size.name+"-picture")
			typeIn(t, page, "/审计 验证")
			shows(t, page, "#log", "审计记录完好")
			typeIn(t, page, "/审计 导出")
			shows(t, page, "#log a.file", ".xlsx")
			shoot(t, page, size.name+"-file")
			typeIn(t, page, "/撤管理 @zhao 演示")
			shows(t, page, "#log", "不再是本群管理员")
			if size.phone {
				for _, tab := range []string{"people", "rights", "journal"} {
					do(t, page, chromedp.Click(chromedp.CSS(`.bottom [data-tab="`+tab+`"]`)))
					shoot(t, page, size.name+"-"+tab)
				}
			} else {
				do(t, page, chromedp.Click(chromedp.CSS("#tab-journal")))
				shows(t, page, "#journal", "赵倩")
				shoot(t, page, size.name+"-journal")
			}
			typeIn(t, page, "/撤销")
			shows(t, page, "#log", "撤销 #")
			do(t, page, chromedp.Evaluate[chromedp.Void](`console.log("the end")`))
			for m, err := range said {
				require.NoError(t, err)
				if m.Text == "the end" {
					break
				}
				assert.NotContains(t, []chromedp.ConsoleType{"error", chromedp.ConsoleException}, m.Type, "the page complained: %s %s", m.Text, m.URL)
			}
		})
	}
}

// looksAtMatrix asks for a picture, opens it in its own size and closes it again.
func looksAtMatrix(t *testing.T, page context.Context) {
	t.Helper()
	typeIn(t, page, "/权限表")
	shows(t, page, "#log", "的权限表")
	if found, err := openPictures(""); err != nil || found.painter == nil {
		return // no font with Chinese on this machine
	}
	_, err := chromedp.Run(page, chromedp.PollFunction[bool](
		`() => [...document.querySelectorAll(".picture img")].some((i) => i.complete && i.naturalWidth === 1080 && i.alt.includes("1080"))`))
	require.NoError(t, err, "the picture never came")
	// The log may be drawn anew at any moment, so the picture is found and pressed in one go.
	do(t, page, chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".picture")].pop().click()`), chromedp.WaitVisible(chromedp.CSS("dialog.picture-whole img")),
		chromedp.Click(chromedp.CSS(".picture-close")), chromedp.WaitNotPresent(chromedp.CSS("dialog.picture-whole")))
}

// shows waits until an element shows a text.
func shows(t *testing.T, page context.Context, selector, text string) {
	t.Helper()
	_, err := chromedp.Run(page, chromedp.PollFunction[bool](
		fmt.Sprintf(`() => (document.querySelector(%q)?.textContent ?? "").includes(%q)`, selector, text)))
	require.NoError(t, err, "%s never showed %q", selector, text)
}

func do(t *testing.T, page context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	require.NoError(t, chromedp.Do(page, steps...))
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
	return startDemoAt(t, time.Now(), time.Now)
}

// startDemoAt starts a demo at a moment, whose clock has the pace of machine.
func startDemoAt(t *testing.T, start time.Time, machine func() time.Time) (address string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready := make(chan string, 1)
	ended := make(chan error, 1)
	o := demoOptions{listen: "127.0.0.1:0", language: "zh", start: start, machine: machine}
	go func() { ended <- demo(ctx, o, func(a net.Addr) { ready <- a.String() }) }()
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

// openBrowser starts a browser and returns its page.
func openBrowser(t *testing.T, chromium string) (page context.Context) {
	t.Helper()
	limited, late := context.WithTimeout(t.Context(), time.Minute)
	browser, stop := chromedp.NewExecAllocator(limited,
		chromedp.ExecPath(chromium), chromedp.Headless, chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	page, closePage := chromedp.NewContext(browser)
	t.Cleanup(func() {
		if err := chromedp.Cancel(page); err != nil && !errors.Is(err, context.Canceled) {
			t.Log(err)
		}
		closePage()
		stop()
		late()
	})
	return page
}

// typeIn types a message into the chat and sends it.
func typeIn(t *testing.T, page context.Context, text string) {
	t.Helper()
	do(t, page,
		chromedp.Evaluate[chromedp.Void](`document.querySelector('.bottom [data-tab="chat"]').click()`),
		chromedp.WaitVisible(chromedp.CSS("#input")),
		chromedp.SendKeys(chromedp.CSS("#input"), text),
		chromedp.Click(chromedp.CSS("#send")),
	)
}

// shoot keeps a picture of the page, if somebody wants to look at it.
func shoot(t *testing.T, page context.Context, name string) {
	t.Helper()
	dir := os.Getenv("QUNGUAN_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(page, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600))
}

// TestPositionInBrowser changes somebody's position in the demo's list of members: the right that it gives is shown.
func TestPositionInBrowser(t *testing.T) {
	page := openBrowser(t, findChromium(t))
	do(t, page, chromedp.EmulateViewport(1280, 800), chromedp.Navigate("http://"+startDemo(t)+"/"))
	shows(t, page, "#people", "陈建国")
	typeIn(t, page, "/继承 职位 客服主管 中级 客服主管 --确认")
	shows(t, page, "#log", "在所有群")
	open := func(title string) {
		do(t, page, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
			`[...document.querySelectorAll(".conversation")].find((c) => c.textContent.includes(%q)).click()`, title)))
	}
	open("华东VIP客户群")
	do(t, page, chromedp.WaitVisible(chromedp.CSS(`[aria-controls="members"]`)), chromedp.Click(chromedp.CSS(`[aria-controls="members"]`)))
	shows(t, page, "#members", "孙悦")
	do(t, page, chromedp.Evaluate[chromedp.Void](`(() => {
		const s = document.querySelector('#members select[aria-label^="孙悦"]');
		s.value = "客服主管";
		s.dispatchEvent(new Event("change"));
	})()`))
	shows(t, page, "#people", "孙悦客服主管")
	shoot(t, page, "position-members")
	open("群管（应用）")
	shows(t, page, "#log", "孙悦（sun） 因职位 客服主管")
	shows(t, page, "#rights", "孙悦")
	shoot(t, page, "position")
}
