package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheUsualReviewsDoNotOverlap, whenever one looks; who writes others is warned.
func TestTheUsualReviewsDoNotOverlap(t *testing.T) {
	c, err := load(write(t, "owners: [boss]\nredis: {addrs: [\"127.0.0.1:6379\"]}\nwecom: {corp_id: ww1, bot: {token: t, encoding_aes_key: "+
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}}\n"))
	require.NoError(t, err)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for month := range 30 {
		assert.Empty(t, collidingReviews(c, now.AddDate(0, month, 0)))
	}
	c.Schedule.ReviewGroup = "0 9 8 * *"
	assert.Equal(t, []string{
		"schedule.review_group begins at 2026-01-08 09:00, before what schedule.review_matrix has begun closes at 2026-01-10 18:00: whoever is under review there is left out",
	}, collidingReviews(c, now))
}
