package citybench

import (
	"context"
	"fmt"

	"lianou/core/audit"
	"lianou/core/watch"
)

// sensing is `lianou index sensitivity`: everybody's index read once, and the order of the
// city compared with fourteen others, by two hands.
func (c *city) sensing(ctx context.Context, cfg *Config) ([]Line, error) {
	var walls, busies []float64
	n := 0
	for range cfg.Rounds {
		m, err := c.meter(ctx)
		if err != nil {
			return nil, err
		}
		kept, err := c.watch.Sense(ctx, watch.Sensing{Hands: hands, By: audit.Actor{Kind: "operator"}})
		if err != nil {
			return nil, err
		}
		wall, busy, err := m.spent(ctx)
		if err != nil {
			return nil, err
		}
		if n = kept.Households; n < c.households {
			return nil, fmt.Errorf("a report is about %d households of %d", n, c.households)
		}
		walls, busies = append(walls, wall.Seconds()), append(busies, busy.Seconds())
	}
	whole := forTwoMillion(median(walls), median(busies), float64(n))
	return []Line{{"sensitivity", whole.ok(), fmt.Sprintf("sensitivity %.2fs for %d households, %v, peak %s, rounds %d", median(walls), n, whole, peak(), cfg.Rounds)}}, nil
}
