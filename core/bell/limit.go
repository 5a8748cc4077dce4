package bell

import (
	"context"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Rate is how often something may happen: Count times in each Per, all of them
// at once if need be.
type Rate struct {
	Count int
	Per   time.Duration
}

// Allow takes one from the allowance of a key, shared by all nodes, and says how
// long to wait when there is none. While Redis is away each process counts alone.
func (b *Bell) Allow(ctx context.Context, key string, rate Rate) (ok bool, wait time.Duration) {
	if rate.Count <= 0 || rate.Per <= 0 {
		return false, time.Minute
	}
	var result *redis_rate.Result
	answered := b.ask(ctx, func(ctx context.Context) (err error) {
		result, err = b.rate.Allow(ctx, prefix+key, redis_rate.Limit{Rate: rate.Count, Burst: rate.Count, Period: rate.Per})
		return err
	})
	if !answered {
		return b.own.allow(key, rate, time.Now())
	}
	return result.Allowed > 0, max(result.RetryAfter, 0)
}

// GiveBack returns what Allow took, when it turned out not to count. While Redis is
// away it returns it to this process's own count.
func (b *Bell) GiveBack(ctx context.Context, key string, rate Rate) {
	answered := b.ask(ctx, func(ctx context.Context) error {
		result, err := b.rate.AllowN(ctx, prefix+key, redis_rate.Limit{Rate: rate.Count, Burst: rate.Count, Period: rate.Per}, -1)
		if err == nil && result.ResetAfter <= 0 {
			err = b.rate.Reset(ctx, prefix+key) // whole again, which the script does not write
		}
		return err
	})
	if !answered {
		b.own.giveBack(key, rate)
	}
}

// limits is the same generic cell rate algorithm in memory.
type limits struct {
	mu   sync.Mutex
	full map[string]time.Time // when the allowance of a key is whole again
}

// maxKeys bounds the memory a flood of made-up keys can take. Forgetting all
// forgives everybody once, which is better than refusing strangers.
const maxKeys = 50_000

func (l *limits) allow(key string, rate Rate, now time.Time) (bool, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full == nil || len(l.full) >= maxKeys {
		l.full = map[string]time.Time{}
	}
	whole := l.full[key]
	if whole.Before(now) {
		whole = now
	}
	next := whole.Add(rate.Per / time.Duration(rate.Count))
	if wait := next.Sub(now) - rate.Per; wait > 0 {
		return false, wait
	}
	l.full[key] = next
	return true, 0
}

func (l *limits) giveBack(key string, rate Rate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if whole, known := l.full[key]; known {
		l.full[key] = whole.Add(-rate.Per / time.Duration(rate.Count))
	}
}
