import { slug } from '../model/model-name.ts';

/** The branch of the one living promotion pull request of a model and environment. */
export function promotionBranch(model: string, environment: string): string {
  return `tidegate/promote/${slug(model)}/${environment}`;
}

/** The branch of the one living rollback pull request of a model and environment. */
export function rollbackBranch(model: string, environment: string): string {
  return `tidegate/rollback/${slug(model)}/${environment}`;
}

/** The branch of the one living pull request that deploy-manifest keeps for a model and environment. */
export function deploymentBranch(model: string, environment: string): string {
  return `tidegate/deploy/${slug(model)}/${environment}`;
}

/** True if a branch is that of a promotion or rollback pull request, of any model. */
export function isPromotionBranch(branch: string): boolean {
  return branch.startsWith('tidegate/promote/') || branch.startsWith('tidegate/rollback/');
}

/** The branch of the one living retrain pull request of a model. */
export function retrainBranch(model: string): string {
  return `tidegate/retrain/${slug(model)}`;
}

/** The branch of the one living pull request that records what a model's version was trained on. */
export function recordBranch(model: string): string {
  return `tidegate/record/${slug(model)}`;
}

/** The branch that the retrain workflow pushes new data pointers to. */
export function retrainDataBranch(model: string): string {
  return `tidegate/retrain-data/${slug(model)}`;
}
