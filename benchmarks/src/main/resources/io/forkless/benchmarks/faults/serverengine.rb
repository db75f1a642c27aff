# ServerEngine gives processes and a listener, and no HTTP: this is a thread per connection, which announces the end of its
# connection once the worker is told to stop, and leaves an idle one as long as our workers do (2 s).
require "serverengine"
require "socket"

module Listener
  attr_reader :listener

  def before_run
    @listener = TCPServer.new("127.0.0.1", @port@)
    @listener.listen(1024)
    File.write("@directory@/pid", Process.pid) # its own is for daemons only
    logger.info "listening"
  end
end

module HttpWorker
  IDLE_GRACE = 2.0

  def initialize
    @stop_flag = ServerEngine::BlockingFlag.new
  end

  def run
    threads = []
    until @stop_flag.set?
      next unless IO.select([server.listener], nil, nil, 0.1)

      client = server.listener.accept_nonblock(exception: false)
      next if client == :wait_readable

      threads.reject! { |thread| !thread.alive? }
      threads << Thread.new(client) { |connection| serve(connection) }
    end
    threads.each(&:join)
  end

  def stop
    @stop_flag.set!
  end

  private

  def serve(client)
    client.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    nil while await_request(client) && answer(client)
  rescue SystemCallError, IOError
    # the client has gone
  ensure
    client.close
  end

  # False when the connection has been idle for too long after the stop.
  def await_request(client)
    waited = 0
    until client.wait_readable(0.1)
      waited += 0.1 if @stop_flag.set?
      return false if waited >= IDLE_GRACE
    end
    true
  end

  # Whether another request may follow.
  def answer(client)
    head = client.gets("\r\n\r\n")
    return false unless head

    last = @stop_flag.set? || head.match?(/^Connection: close\r$/i)
    body = Process.pid.to_s
    client.write("HTTP/1.1 200 OK\r\nContent-Length: #{body.bytesize}\r\n#{"Connection: close\r\n" if last}\r\n#{body}")
    !last
  end
end

ServerEngine.create(Listener, HttpWorker, {
  worker_type: "process",
  workers: @workers@,
  log: "-",
  disable_sigdump: true,
  worker_heartbeat_timeout: @hangTimeout@
}).run
