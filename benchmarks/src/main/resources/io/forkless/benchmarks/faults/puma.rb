# Cluster mode without preload, which a phased restart (USR1) needs; everything else but the hang time-out is the default.
bind "tcp://127.0.0.1:@port@"
workers @workers@
preload_app! false
pidfile "@directory@/pid"
environment "production"
worker_check_interval 1
worker_timeout @hangTimeout@
