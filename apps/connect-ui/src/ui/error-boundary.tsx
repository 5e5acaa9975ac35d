import { Component, type ReactNode } from 'react';
import { type Problem, toProblem } from '../domain/problem.js';

interface Props {
  readonly children: ReactNode;
  readonly fallback: (problem: Problem) => ReactNode;
}

/** What a screen throws while it is drawn is shown as any other problem, instead of an empty page. */
export class ErrorBoundary extends Component<Props, { readonly problem: Problem | undefined }> {
  override state = { problem: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { problem: toProblem(error) };
  }

  override render(): ReactNode {
    const { problem } = this.state;
    return problem ? this.props.fallback(problem) : this.props.children;
  }
}
