package workers

import (
	"encoding/json"
	"fmt"

	"github.com/hibiken/asynq"

	"hotline/internal/outbox"
)

// payload is what a task carries through Redis: pairs of outbox id and attempt.
type payload [][2]int64

// newTask wraps rows of one kind. Its id is refused while another of that id is
// queued, runs or lies archived; so the attempt is part of it.
func newTask(j Job, rows []outbox.Row) (*asynq.Task, error) {
	pairs := make(payload, len(rows))
	for i, r := range rows {
		pairs[i] = [2]int64{r.ID, int64(r.Attempt)}
	}
	body, err := json.Marshal(pairs)
	if err != nil {
		return nil, err
	}
	return asynq.NewTask(j.Kind, body, asynq.TaskID(taskID(rows)), asynq.Queue(j.Queue), asynq.MaxRetry(j.Retries), asynq.Timeout(j.Timeout)), nil
}

func taskID(rows []outbox.Row) string {
	if len(rows) == 1 {
		return fmt.Sprintf("outbox:%d:%d", rows[0].ID, rows[0].Attempt)
	}
	return fmt.Sprintf("outbox:batch:%d:%d", rows[0].ID, rows[0].Attempt)
}

// loans reads a task's payload.
func loans(t *asynq.Task) ([]outbox.Claimed, error) {
	var pairs payload
	if err := json.Unmarshal(t.Payload(), &pairs); err != nil {
		return nil, fmt.Errorf("task payload: %w", err)
	}
	out := make([]outbox.Claimed, len(pairs))
	for i, p := range pairs {
		out[i] = outbox.Claimed{ID: p[0], Attempt: int(p[1])}
	}
	return out, nil
}
