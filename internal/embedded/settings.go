package embedded

import (
	"maps"
	"slices"
)

// port is part of the socket's name only: nothing listens on TCP.
const port = "5432"

// settings are those of the server, for a small machine (2 cores, 4 GB):
// durable, quiet, and without the parts that harm short queries. cfg.Extra
// wins over all but the socket.
func settings(p place, cfg PostgresConfig) map[string]string {
	s := map[string]string{
		"shared_buffers":       "256MB",
		"effective_cache_size": "1GB",
		"work_mem":             "8MB",
		"maintenance_work_mem": "128MB",
		"max_connections":      "100",
		"random_page_cost":     "1.1", // SSD
		"jit":                  "off", // cost 300 ms of a 500 ms query
		// Parallel plans take shared memory from /dev/shm, 64 MB in a container.
		"max_parallel_workers_per_gather": "0",

		"fsync":              "on",
		"synchronous_commit": "on",
		"full_page_writes":   "on",
		"wal_level":          "replica",
		"wal_compression":    "on",
		"min_wal_size":       "256MB",
		"max_wal_size":       "2GB",
		"checkpoint_timeout": "15min",

		"timezone":            "UTC",
		"log_timezone":        "UTC",
		"datestyle":           "ISO, YMD",
		"lc_messages":         "C",
		"password_encryption": "scram-sha-256",

		// The log names no person: neither statements nor the rows in a DETAIL.
		"log_destination":            "stderr",
		"logging_collector":          "off",
		"log_error_verbosity":        "terse",
		"log_min_error_statement":    "panic",
		"log_min_duration_statement": "-1",
		"log_checkpoints":            "off",
		"log_line_prefix":            "%m [%p] ",
	}
	if cfg.Fast {
		maps.Copy(s, map[string]string{
			"shared_buffers":     "64MB",
			"fsync":              "off",
			"synchronous_commit": "off",
			"full_page_writes":   "off",
			"wal_level":          "minimal",
			"max_wal_senders":    "0",
			"max_wal_size":       "512MB",
		})
	}
	maps.Copy(s, cfg.Extra)
	maps.Copy(s, map[string]string{
		"listen_addresses":        "",
		"port":                    port,
		"unix_socket_directories": p.sockets,
		"unix_socket_permissions": "0700",
	})
	return s
}

// arguments are the server's command line.
func arguments(p place, cfg PostgresConfig) []string {
	s := settings(p, cfg)
	args := []string{"-D", p.data}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		args = append(args, "-c", name+"="+s[name])
	}
	return args
}
