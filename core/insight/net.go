package insight

import (
	"lianou/core"
	"lianou/core/hardship"
)

// LookNet is Look with the points after the aid that the household receives.
func (j *Judge) LookNet(id core.HouseholdID, row []byte, aid hardship.Aid) (f Finding, gross, net hardship.Points, err error) {
	if f, gross, err = j.Look(id, row); err != nil {
		return f, gross, net, err
	}
	net = gross
	if aid != (hardship.Aid{}) {
		v := hardship.Net(&j.v, aid)
		net = j.scorer.Score(&v)
	}
	return f, gross, net, nil
}
