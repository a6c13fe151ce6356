package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/simulator"
)

// TestClockInBrowser lets time pass with the buttons of the page, in both widths and languages: the clock is always
// seen whole, and nothing stands outside the window.
func TestClockInBrowser(t *testing.T) {
	chromium := findChromium(t)
	stands := time.Now()
	address := startDemoAt(t, demoMorning, func() time.Time { return stands })
	page := openBrowser(t, chromium)
	hour := 9
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 800}, {"tablet", 820, 1100}, {"phone", 390, 844}} {
		for _, language := range []string{"zh", "en"} {
			name := size.name + "-" + language
			do(t, page, chromedp.EmulateViewport(size.width, size.height), chromedp.Navigate(fmt.Sprintf(
				"http://%s/?lang=%s&who=wmCustomerZhang01&where=%s", address, language, simulator.SampleCustomerGroup)))
			shows(t, page, "#clock-time", fmt.Sprintf("%02d:00:00", hour))
			shows(t, page, "#clock-date", map[string]string{"zh": "2026年11月26日 星期四", "en": "Thu 26 Nov 2026"}[language])
			hour++
			do(t, page, chromedp.Click(chromedp.CSS("#jumps button:nth-child(2)")))
			shows(t, page, "#clock-time", fmt.Sprintf("%02d:00:00", hour))
			for _, id := range []string{"#clockbar", "#clock-time", "#speeds", "#jumps", "#composer"} {
				isWhole(t, page, id, name)
			}
			typeIn(t, page, "在吗？我们的货什么时候到？"+name)
			shows(t, page, "#log", name)
			shoot(t, page, "clock-customer-"+name)
			do(t, page, chromedp.Navigate(fmt.Sprintf("http://%s/?lang=%s&who=li&where=%s", address, language, simulator.SampleCustomerGroup)))
			shows(t, page, "#log", name)
			isWhole(t, page, "#hint", name)
			shoot(t, page, "clock-staff-"+name)
		}
	}
}

// isWhole says that an element and what is in it stand inside the window, and that no text of it is cut.
func isWhole(t *testing.T, page context.Context, selector, when string) {
	t.Helper()
	_, err := chromedp.Run(page, chromedp.PollFunction[bool](fmt.Sprintf(`() => {
		const box = document.querySelector(%q);
		return [box, ...box.querySelectorAll("button, b, span, small")].every((e) => {
			const r = e.getBoundingClientRect();
			return r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight && e.scrollWidth <= e.clientWidth + (e.clientWidth ? 1 : 99999);
		}) && document.documentElement.scrollWidth <= innerWidth;
	}`, selector)))
	require.NoError(t, err, "%s is not seen whole: %s", selector, when)
}
