package workers

import (
	"errors"
	"net/http"

	"github.com/hibiken/asynq"
	"github.com/hibiken/asynqmon"
)

// Monitor is asynq's own page under the path root, for administrators: what lies
// in Redis, for looking only. The truth is the outbox; here are its tasks, which
// hold ids and attempts and nothing else. Close it when the server stops.
func Monitor(redisURL, root string) (handler http.Handler, closer func() error, err error) {
	redis, err := asynq.ParseRedisURI(redisURL)
	if err != nil {
		return nil, nil, errors.New("the Redis URL cannot be read")
	}
	h := asynqmon.New(asynqmon.Options{RootPath: root, RedisConnOpt: redis, ReadOnly: true})
	return h, h.Close, nil
}
