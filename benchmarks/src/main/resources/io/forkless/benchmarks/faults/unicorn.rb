# Everything but the hang time-out is the default.
listen "127.0.0.1:@port@"
worker_processes @workers@
pid "@directory@/pid"
timeout @hangTimeout@
