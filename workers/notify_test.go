package workers

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hotline/internal/outbox"
	"hotline/workers/workerdb"
)

func TestStandInsAreToldBesideThoseWhoShouldBe(t *testing.T) {
	t.Parallel()
	row := func(action string) outbox.Row {
		return outbox.Row{Ticket: 5, Args: []byte(`{"action":"` + action + `"}`)}
	}
	p := workerdb.Parties{Unit: 13, Head: 13, Above: 10, City: 1, Desk: 1}
	for _, c := range []struct {
		name, action string
		cover        int
		duty         []workerdb.OnDuty
		want         []workerdb.Notice
	}{
		{"present", "dispatch", 0, nil, []workerdb.Notice{{Unit: 13, Role: "lead"}}},
		{"the unit's leads away", "dispatch", 10, nil, []workerdb.Notice{{Unit: 13, Role: "lead"}, {Unit: 10, Role: "lead"}}},
		{"critical, at night", "dispatch", 0, []workerdb.OnDuty{{Unit: 10, Person: 7}}, []workerdb.Notice{{Unit: 13, Role: "lead"}, {Unit: 10, Person: 7}}},
		{"an act nobody is told of", "note", 10, []workerdb.OnDuty{{Unit: 10, Person: 7}}, nil},
		{"the desk's lead is another unit's", "proposed", 10, nil, []workerdb.Notice{{Unit: 1, Role: "lead"}}},
	} {
		p.Cover, p.OnDuty = c.cover, c.duty
		got := notices(row(c.action), p)
		for i := range c.want {
			c.want[i].Ticket, c.want[i].Kind = 5, got[0].Kind
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
