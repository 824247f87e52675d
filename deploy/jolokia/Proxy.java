// SPDX-License-Identifier: Apache-2.0

/** A JVM that only keeps running, for a Jolokia agent that reads other JVMs. See README.md. */
public class Proxy {
    public static void main(String[] arguments) throws InterruptedException {
        // The agent's own threads do not keep a JVM alive.
        Thread.currentThread().join();
    }
}
