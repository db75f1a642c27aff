# The worker class that keeps connections alive, with a thread per client; everything else but the hang time-out is the default.
bind = "127.0.0.1:@port@"
workers = @workers@
worker_class = "gthread"
threads = 16
pidfile = "@directory@/pid"
timeout = @hangTimeout@
