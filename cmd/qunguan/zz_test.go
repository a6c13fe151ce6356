package main
import ("testing";"context";"strings";"github.com/redis/go-redis/v9")
func redisStats(b *testing.B, addr string) {
	c := redis.NewClient(&redis.Options{Addr: addr})
	defer c.Close()
	s, _ := c.Info(context.Background(), "commandstats").Result()
	for l := range strings.Lines(s) { if strings.Contains(l,"eval") || strings.Contains(l,"set")||strings.Contains(l,"xadd")||strings.Contains(l,"hget") { println(strings.TrimSpace(l)) } }
	s, _ = c.Info(context.Background(), "cpu").Result()
	println(s)
	c.ConfigResetStat(context.Background())
}
var raddr string
