// The same server on Node: cluster.js WORKERS round-robin|shared
const cluster = require('cluster');
const http = require('http');

const workers = Number(process.argv[2]);

if (cluster.isMaster) {
  cluster.schedulingPolicy = process.argv[3] === 'shared' ? cluster.SCHED_NONE : cluster.SCHED_RR;
  let listening = 0;
  cluster.on('listening', (worker, address) => {
    if (++listening === workers) {
      console.log(`serving: http://127.0.0.1:${address.port}`);
    }
  });
  for (let i = 0; i < workers; i++) {
    cluster.fork();
  }
} else {
  const answer = String(process.pid);
  const server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    response.end(answer);
  });
  server.keepAliveTimeout = 60000;
  server.listen(0, '127.0.0.1'); // the first worker's choice is everybody's
}
